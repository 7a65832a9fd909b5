// Functions of the kernel as functions of Node. Node-API is declared here as far as it is used: nothing has to be installed.
#include <cstddef>
#include <utility>

extern "C" {
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
int napi_get_value_bool(napi_env, napi_value, bool *);
int napi_get_value_uint32(napi_env, napi_value, uint32_t *);
int napi_create_uint32(napi_env, uint32_t, napi_value *);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_create_object(napi_env, napi_value *);
int napi_create_string_utf8(napi_env, const char *, size_t, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
int napi_get_global(napi_env, napi_value *);
int napi_has_named_property(napi_env, napi_value, const char *, bool *);
int napi_open_handle_scope(napi_env, struct napi_handle_scope__ **);
int napi_close_handle_scope(napi_env, struct napi_handle_scope__ *);
}

/** Who called the kernel on this thread, and when it was last asked whether it is to end. */
static thread_local napi_env asking;
static thread_local u64 lastAsked;

/** Whether Node has told the thread to end: it then refuses all that might run JavaScript. */
static bool isToEnd() {
  // So many cycles that asking costs nothing: some ten milliseconds.
  const u64 now = __rdtsc();
  if (now - lastAsked < 20000000) return false;
  lastAsked = now;
  struct napi_handle_scope__ *scope;
  if (napi_open_handle_scope(asking, &scope) != 0) return false;
  napi_value global;
  bool there;
  const bool refused = napi_get_global(asking, &global) == 0 && napi_has_named_property(asking, global, "Object", &there) != 0;
  napi_close_handle_scope(asking, scope);
  return refused;
}

/**
 * Whether all threads are to stop. WebAssembly is cut short where a worker is ended; machine code has to ask, and tells those that
 * may wait for it.
 */
template <class Barrier> static bool isStopped(Memory memory, Ref<Barrier> barrier) {
  if (isToEnd()) {
    atomic_store<u32>(memory, barrier.at, 1, 8);
    atomic_notify(memory, barrier.at + 4, -1);
  }
  return atomic_load<u32>(memory, barrier.at, 8) != 0;
}

template <class T> static T argument(napi_env env, napi_value value) {
  if constexpr (std::is_same<T, bool>::value) {
    bool truth = false;
    napi_get_value_bool(env, value, &truth);
    return truth;
  } else {
    u32 number = 0;
    napi_get_value_uint32(env, value, &number);
    return T{number};
  }
}

template <class Result, class... Arguments, size_t... k>
static napi_value call(Result (*function)(Memory, Arguments...), napi_env env, napi_callback_info info,
                       std::index_sequence<k...>) {
  size_t count = sizeof...(Arguments);
  napi_value given[sizeof...(Arguments)];
  void *memory;
  napi_get_cb_info(env, info, &count, given, nullptr, &memory);
  napi_value answer = nullptr;
  asking = env;
  if constexpr (std::is_void<Result>::value) function((Memory)memory, argument<Arguments>(env, given[k])...);
  else napi_create_uint32(env, function((Memory)memory, argument<Arguments>(env, given[k])...), &answer);
  return answer;
}

template <class Result, class... Arguments> static constexpr size_t counted(Result (*)(Memory, Arguments...)) {
  return sizeof...(Arguments);
}

template <auto function> static napi_value called(napi_env env, napi_callback_info info) {
  return call(function, env, info, std::make_index_sequence<counted(function)>());
}

/** Memory, as the functions that work on it are given it. */
struct Given {
  napi_value array;
  void *memory;
};

/** Adds a function on some memory, which it keeps. */
template <auto function> static void offer(napi_env env, napi_value functions, const char *name, Given given) {
  napi_value made;
  napi_create_function(env, name, (size_t)-1, called<function>, given.memory, &made);
  napi_set_named_property(env, made, "memory", given.array);
  napi_set_named_property(env, functions, name, made);
}

/** Adds all functions of the kernel for vectors of so many lanes. */
template <int lanes> static void offerAll(napi_env env, napi_value functions, Given given);
template <> void offerAll<4>(napi_env env, napi_value functions, Given given);
template <> void offerAll<WIDEST>(napi_env env, napi_value functions, Given given);

/** bind(lanes, memory): the functions of the kernel on a Uint8Array over all of its memory. */
static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  u32 lanes = 0;
  void *memory = nullptr;
  if (napi_get_value_uint32(env, given[0], &lanes) != 0) return nullptr;
  if (napi_get_typedarray_info(env, given[1], nullptr, nullptr, &memory, nullptr, nullptr) != 0) return nullptr;
  napi_value functions;
  napi_create_object(env, &functions);
  if (lanes == 4) offerAll<4>(env, functions, {given[1], memory});
  else offerAll<WIDEST>(env, functions, {given[1], memory});
  return functions;
}

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value version, made;
  napi_create_string_utf8(env, VERSION, (size_t)-1, &version);
  napi_set_named_property(env, exports, "version", version);
  napi_create_function(env, "bind", (size_t)-1, bind, nullptr, &made);
  napi_set_named_property(env, exports, "bind", made);
  return exports;
}
