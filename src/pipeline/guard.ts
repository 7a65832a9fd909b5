/** Tells a pipeline from anything else. */
import { hasGetters, listProblems, readable } from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { builtOutline, type Stage, stageFaults, stageKinds } from '../stages/stage.ts';

type Fields = Readonly<Record<string, unknown>>;

function isObject(given: unknown): given is Fields {
  return typeof given === 'object' && given !== null;
}

/** Whether something is meant to be a pipeline. */
export function looksLikePipeline(given: unknown): boolean {
  try {
    return isObject(given) && Array.isArray(given['stages']);
  } catch {
    return false;
  }
}

const stageNeeded = 'a stage that was built is needed';

/** Lists what keeps something from being the stage at `place` of a pipeline, built. */
export function builtProblems(stage: unknown, place: number): Problem[] {
  const problems = readable(() => {
    if (!isObject(stage)) return [problem('', 'wrong-type', stage, stageNeeded)];
    const { kind, name, channelsIn, channelsOut } = stage;
    const built =
      typeof name === 'string' &&
      typeof kind === 'string' &&
      (stageKinds as readonly string[]).includes(kind) &&
      typeof channelsIn === 'number' &&
      typeof channelsOut === 'number';
    return built ? stageFaults(stage as object as Stage) : [fault('', 'wrong-type', stageNeeded)];
  });
  return within(`stages[${place}]`, problems);
}

/** Lists what is wrong with where the inputs of a stage come from; `before` are the names of the stages before it. */
export function inputProblems(given: unknown, place: number, names: readonly string[]): Problem[] {
  const path = `inputs[${place}]`;
  if (!Array.isArray(given) || hasGetters(given)) {
    return [problem(path, 'wrong-type', given, 'a list is needed')];
  }
  const list = listProblems(given, mostStages);
  if (list.length > 0) return within(path, list);
  return Array.from(given as readonly unknown[]).flatMap((input, at) => {
    const own = `${path}[${at}]`;
    if (!isObject(input) || hasGetters(input)) {
      return [problem(own, 'wrong-type', input, 'an object is needed')];
    }
    const { from, delayed } = input;
    if (typeof delayed !== 'boolean') {
      return [problem(`${own}.delayed`, 'wrong-type', delayed, 'true or false is needed')];
    }
    if (from === null) {
      if (!delayed) return [];
      return [
        problem(`${own}.delayed`, 'unsupported', delayed, 'the input of a pipeline comes at once'),
      ];
    }
    const source = typeof from === 'string' ? names.indexOf(from) : -1;
    if (source < 0) {
      const needed = `null or the name of a stage is needed: ${names.join(', ')}`;
      return [problem(`${own}.from`, 'unknown', from, needed)];
    }
    if (source < place || delayed) return [];
    return [
      problem(`${own}.from`, 'conflict', from, 'without a delay, a stage before it is needed'),
    ];
  });
}

/** Lists the names that are used more than once. */
export function nameProblems(names: readonly string[]): Problem[] {
  const firsts = new Map<string, number>();
  return names.flatMap((name, place) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, place);
      return [];
    }
    const needed = `stages[${first}] has this name too; each name may be used once`;
    return [problem(`stages[${place}].name`, 'duplicate', name, needed)];
  });
}

/**
 * Lists what keeps something from being a pipeline, as junk in its place; what is in its stages was checked when they
 * were built.
 */
export function pipelineProblems(given: unknown): Problem[] {
  if (isKnownSound(given)) return [];
  const problems = readable(() => graphProblems(given));
  if (problems.length === 0) sound.set(given as object, partsOf(given as Shape));
  return problems;
}

/** Pipelines in which nothing was wrong, and what they held then. */
const sound = new WeakMap<object, readonly unknown[]>();

/** What a pipeline holds: its stages and inputs one by one. */
function partsOf({ stages, inputs, output, channelsIn, channelsOut, dt }: Shape): unknown[] {
  return [output, channelsIn, channelsOut, dt, stages, inputs, ...stages, ...inputs];
}

/** Whether nothing was wrong in a pipeline before, and it holds the same. */
function isKnownSound(given: unknown): boolean {
  if (!isObject(given)) return false;
  const known = sound.get(given);
  if (known === undefined) return false;
  try {
    // Each run asks this several times, so no list is made.
    const { stages, inputs, output, channelsIn, channelsOut, dt } = given as object as Shape;
    if (output !== known[0] || channelsIn !== known[1] || channelsOut !== known[2]) return false;
    if (dt !== known[3] || stages !== known[4] || inputs !== known[5]) return false;
    if (known.length !== 6 + stages.length + inputs.length) return false;
    for (let i = 0; i < stages.length; i++) if (stages[i] !== known[6 + i]) return false;
    const first = 6 + stages.length;
    for (let i = 0; i < inputs.length; i++) if (inputs[i] !== known[first + i]) return false;
    return true;
  } catch {
    return false;
  }
}

/** Lists what is wrong with a list of stages that were built. */
export function stageListProblems(stages: unknown): Problem[] {
  return readable(() => {
    const list = listProblems(stages, mostStages);
    if (list.length > 0) return within('stages', list);
    if (hasGetters(stages as object)) return [fault('stages', 'wrong-type', stageNeeded)];
    // A hole is no stage.
    return Array.from(stages as readonly unknown[]).flatMap(builtProblems);
  });
}

/** Stages of a pipeline at most. */
export const mostStages = 65_536;

function graphProblems(given: unknown): Problem[] {
  const needed = 'a pipeline is needed, such as pipeline(…) makes';
  if (!isObject(given) || hasGetters(given)) return [problem('', 'wrong-type', given, needed)];
  const { stages, inputs, output, channelsIn, channelsOut, dt } = given;
  const lists = Array.isArray(stages) && Array.isArray(inputs) && !hasGetters(inputs);
  if (!lists || stages.length === 0) return [fault('', 'wrong-type', needed)];
  const problems = stageListProblems(stages);
  if (problems.length > 0) return problems;
  const names = (stages as readonly { readonly name: string }[]).map(({ name }) => name);
  problems.push(...nameProblems(names));
  if (inputs.length !== stages.length) {
    problems.push(
      problem('inputs.length', 'wrong-shape', inputs.length, 'one for each stage is needed'),
    );
  } else
    problems.push(
      ...Array.from<unknown>(inputs).flatMap((own, place) => inputProblems(own, place, names)),
    );
  if (typeof output !== 'string' || !names.includes(output)) {
    problems.push(problem('output', 'unknown', output, `one of ${names.join(', ')} is needed`));
  }
  for (const [name, value] of Object.entries({ channelsIn, channelsOut, dt })) {
    if (typeof value !== 'number') {
      problems.push(problem(name, 'wrong-type', value, 'a number is needed'));
    }
  }
  if (typeof dt === 'number' && !(dt > 0 && Number.isFinite(dt))) {
    problems.push(problem('dt', 'out-of-range', dt, 'seconds above 0 are needed'));
  }
  if (problems.length > 0) return problems;
  const pipeline = given as object as Shape;
  const counts = countProblems(pipeline);
  if (counts.length > 0) return counts;
  return [...widthProblems(pipeline), ...stepProblems(pipeline)];
}

interface Shape {
  readonly stages: readonly Stage[];
  readonly inputs: readonly (readonly { readonly from: string | null }[])[];
  readonly output: string;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly dt: number;
}

/** Lists the stages that are given another number of inputs than they take. */
function countProblems({ stages, inputs }: Shape): Problem[] {
  return stages.flatMap((stage, place) => {
    const { length } = builtOutline(stage).inputs;
    const given = inputs[place]!.length;
    const needed = `${stage.name} takes ${length}`;
    return given === length
      ? []
      : [problem(`inputs[${place}].length`, 'wrong-shape', given, needed)];
  });
}

/** Lists the widths that do not fit: between stages, and of what enters and leaves. */
function widthProblems({ stages, inputs, output, channelsIn, channelsOut }: Shape): Problem[] {
  const given = new Map<string | null, number>(stages.map((own) => [own.name, own.channelsOut]));
  given.set(null, channelsIn);
  const problems: Problem[] = [];
  for (const [place, stage] of stages.entries()) {
    for (const [at, width] of builtOutline(stage).inputs.entries()) {
      const { from } = inputs[place]![at]!;
      const gives = given.get(from);
      if (gives === width) continue;
      if (from === null) {
        problems.push(
          problem('channelsIn', 'wrong-shape', gives, `${width} is needed, as ${stage.name} takes`),
        );
        continue;
      }
      const needed = `it gives ${gives} channels but ${stage.name} takes ${width}`;
      problems.push(problem(`inputs[${place}][${at}].from`, 'wrong-shape', from, needed));
    }
  }
  const leaves = given.get(output);
  if (channelsOut !== leaves) {
    const needed = `${leaves} is needed, as ${output} gives`;
    problems.push(problem('channelsOut', 'wrong-shape', channelsOut, needed));
  }
  return problems;
}

/** Lists steps that differ: of the stages among each other, and of the pipeline from theirs. */
function stepProblems({ stages, dt }: Shape): Problem[] {
  const first = stages.find((stage) => stage.dt !== undefined);
  if (first === undefined) return [];
  const others = stages.flatMap((stage, place) =>
    stage.dt === undefined || stage.dt === first.dt
      ? []
      : [problem(`stages[${place}].dt`, 'conflict', stage.dt, `${first.name} has ${first.dt}`)],
  );
  if (dt === first.dt) return others;
  const needed = `${first.dt} is needed, the step of ${first.name} in seconds`;
  return [...others, problem('dt', 'conflict', dt, needed)];
}
