"""A DYNAP-SE2 board: how it is started, configured, given events, and asked for its time. One thread does all, since what samna allows is not known."""
import time
from collections import deque

from .clock import PERIOD, BoardClock, near
from .configuring import Writer
from .failure import Failure, Unfit
from .finding import find_board, find_samna, open_board
from .frames import DESTINATION, EVENT

# Events are handed to the board so long before their time, microseconds; questions only when their time comes, since what waits
# in the board lets nothing pass.
LEAD, QUESTION_LEAD = 20_000, 1000
# Events that may wait here, and that are handed over in one go.
MOST_WAITING, AT_ONCE = 2**22, 8192
# An event that the board sends back: seven hops west, seven south. Its tag says whose it is: 2047 is left to the host.
AWAY = -7
FIRST_QUESTION, LAST_QUESTION = 1024, 2046
# Single ones get lost: so many are sent, and all are sent again after so many seconds.
COPIES, AGAIN = 3, 0.05
# After a wrap the board's clock may be behind ours by so many microseconds.
WRAP_MARGIN = 2000


class Question:
    """Someone who waits for a time of the board; `at` is None for that of now."""

    __slots__ = ("at", "answer", "asked", "key")

    def __init__(self, at, answer):
        self.at = at
        self.answer = answer
        self.asked = None
        self.key = None


class Board:
    """An open board. `settle` is how long chips are given to come to rest, seconds."""

    def __init__(self, options):
        self._samna, self.version = find_samna()
        dynapse2 = self._samna.dynapse2
        self._make_event = dynapse2.NormalGridEvent
        self._settle = options.settle
        self.chips = options.chips
        info = find_board(self._samna, options.serial)
        self.name = str(info.device_type_name)
        self.serial = str(info.serial_number)
        self._writer = Writer(dynapse2)
        self._clock = BoardClock()
        # Events that wait, as (time, destination), and questions, by their times.
        self._waiting = deque()
        self._questions = []
        self._asked = {}
        self._next_key = 0
        self._last_sent = 0
        self._destinations = {}
        self._masks = {tuple(bool(mask >> i & 1) for i in range(4)): mask for mask in range(16)}
        self._spikes = []
        self.configured = False
        self._board = open_board(self._samna, info)
        try:
            self._start(options.bit, dynapse2)
        except BaseException:
            self.close()
            raise

    def _start(self, bit, dynapse2):
        board = self._board
        if bit is not None and not board.configure_opal_kelly(bit):
            raise Failure("refused", f"the board does not take the bit file {bit}; check the path, and switch the board off and on")
        self.pause(min(0.1, self._settle))
        board.reset_fpga()
        self.pause(min(0.1, self._settle))
        self._model = board.get_model()
        self._model.reset(dynapse2.ResetType.PowerCycle, (1 << self.chips) - 1)
        self.pause(self._settle)
        configuration = self._model.get_configuration()
        if len(configuration.chips) < self.chips:
            raise Failure("unsupported", f"samna configures {len(configuration.chips)} chips; {self.chips} were asked for")
        self._apply(configuration)
        self.pause(self._settle)
        self._model.clear_error_queue()
        told = []
        self.ask(None, told.append)
        until = time.monotonic() + 2
        while not told:
            if time.monotonic() > until:
                raise Failure("timed-out", "the board sends nothing back; give its bit file (--bit), or switch it off and on")
            self.turn()
            time.sleep(0.0005)
        self.take_spikes()

    def pause(self, seconds):
        """Lets time pass. Replaced by who has to see to more meanwhile."""
        time.sleep(seconds)

    def give(self, body):
        """Is given what has come before an answer. Replaced by who serves."""

    @property
    def busy(self):
        """Whether anything is due soon."""
        return bool(self._waiting or self._questions or self._asked)

    def send(self, body):
        """Takes events, 9 bytes each, whose times do not go back."""
        if len(body) % EVENT.size:
            raise Failure("protocol", f"{len(body)} bytes are no events of {EVENT.size}")
        if not body:
            return
        if len(self._waiting) + len(body) // EVENT.size > MOST_WAITING:
            raise Failure("overflow", f"more than {MOST_WAITING} events wait for their time; send them later")
        events = list(EVENT.iter_unpack(body))
        turn = near(events[0][0], self._clock.now()) - events[0][0]
        timed = [(stamp + turn, key) for stamp, key in events] if turn else events
        waiting = self._waiting
        if waiting and timed[0][0] < waiting[-1][0]:
            self._waiting = deque(sorted([*waiting, *timed], key=lambda event: event[0]))
        else:
            waiting.extend(timed)

    def ask(self, at, answer):
        """Calls `answer` with a time once it has come, with everything before it; with that of now if `at` is None."""
        if at is None and self._clock.known and self._last_sent > self._clock.now():
            # What waits in the board would keep a question waiting.
            answer(self._clock.now() % PERIOD)
            return
        if len(self._asked) + len(self._questions) >= LAST_QUESTION - FIRST_QUESTION:
            raise Failure("overflow", "too many questions wait for an answer; ask less at a time")
        question = Question(None if at is None else near(at, self._clock.now()), answer)
        if at is None:
            self._put(question)
        else:
            self._questions.append(question)

    def _put(self, question):
        """Sends the events that are to come back."""
        if question.key is None:
            question.key = FIRST_QUESTION + self._next_key
            self._next_key = (self._next_key + 1) % (LAST_QUESTION + 1 - FIRST_QUESTION)
            self._asked[question.key] = question
        question.asked = time.monotonic()
        destination = self._writer.destination(question.key, 15, AWAY, AWAY)
        # A time that has passed, whether it is compared by size or by what lies nearer.
        now = self._clock.now() if self._clock.known else 0
        at = now - 1_000_000 if question.at is None else question.at
        self._write([(at, destination)] * COPIES, now)

    def _write(self, timed, now):
        """Hands events over. Their times are 32 bits: none from before the board's last wrap may look like one to come."""
        start = now - now % PERIOD
        make = self._make_event
        events = []
        for at, destination in timed:
            event = make()
            event.event = destination
            event.timestamp = at % PERIOD if at > start else 0
            events.append(event)
        self._board.input_interface_write_events(0, events)

    def _destination(self, key):
        made = self._destinations.get(key)
        if made is None:
            made = self._writer.destination(*DESTINATION.unpack(key))
            self._destinations[key] = made
        return made

    def turn(self):
        """Hands over what is due, and reads what has come."""
        if self._clock.known:
            now = self._clock.now()
            self._hand_over(now)
            self._ask_due(now)
        self._read()

    def _hand_over(self, now):
        waiting = self._waiting
        if not waiting:
            return
        wrap = now - WRAP_MARGIN
        limit = min(now + LEAD, wrap - wrap % PERIOD + PERIOD - 1)
        due = []
        destinations = self._destinations
        while waiting and waiting[0][0] <= limit and len(due) < AT_ONCE:
            at, key = waiting.popleft()
            due.append((at, destinations.get(key) or self._destination(key)))
        if due:
            self._last_sent = max(self._last_sent, due[-1][0])
            self._write(due, now)

    def _ask_due(self, now):
        due = [question for question in self._questions if question.at <= now + QUESTION_LEAD]
        if due:
            wrap = now - WRAP_MARGIN
            # Whatever is to come before it has to be with the board.
            first = self._waiting[0][0] if self._waiting else float("inf")
            limit = min(first, wrap - wrap % PERIOD + PERIOD)
            for question in due:
                if question.at <= limit:
                    self._questions.remove(question)
                    self._put(question)
        host = time.monotonic()
        for question in self._asked.values():
            if host - question.asked > AGAIN and (question.at is None or question.at < now) and self._last_sent < now:
                self._put(question)

    def _read(self):
        events = self._board.read_events()
        spikes = self._spikes
        masks = self._masks
        for event in events:
            where = event.event
            tag = where.tag
            if where.y_hop == AWAY and FIRST_QUESTION <= tag <= LAST_QUESTION:
                self._heard(tag, event.timestamp)
            else:
                key = DESTINATION.pack(tag, masks[tuple(where.core)], where.x_hop, where.y_hop)
                spikes.append(EVENT.pack(event.timestamp, key))

    def _heard(self, tag, stamp):
        question = self._asked.get(tag)
        if question is None:
            return
        self._clock.heard(stamp, question.asked if question.at is None else None)
        if question.at is not None and near(stamp, question.at) < question.at:
            return
        del self._asked[tag]
        # An answer says that everything before it has come.
        self.give(self.take_spikes())
        question.answer(stamp)

    def take_spikes(self):
        """What has come since the last call, 9 bytes each."""
        if not self._spikes:
            return b""
        body = b"".join(self._spikes)
        self._spikes.clear()
        return body

    def errors(self):
        """What samna tells of errors since the last call, as text."""
        told = [str(error) for error in self._model.get_error_events()]
        if told:
            self._model.clear_error_queue()
        return told

    def forget(self):
        """Forgets what waits, and lets what the board has go by."""
        self._waiting.clear()
        self.pause(LEAD / 1e6)

    def _apply(self, configuration):
        """Applies a configuration; samna may have checks of its own."""
        try:
            self._model.apply_configuration(configuration)
        except Exception as cause:  # Its kind is not known.
            self._writer.forget()
            raise Failure("protocol", f"samna does not take the configuration ({type(cause).__name__}: {cause})") from cause

    def configure(self, told):
        """Configures the chips: biases first, then the neurons, with time to settle."""
        chips = told["chips"]
        configuration = self._model.get_configuration()
        problems = self._writer.problems(configuration, chips)
        if problems:
            raise Unfit(problems)
        self.forget()
        self._writer.biases(configuration, chips)
        self._apply(configuration)
        self.pause(min(0.1, self._settle))
        self._writer.neurons(configuration, chips)
        self._apply(configuration)
        self.pause(self._settle)
        self.configured = True

    def update(self, told):
        """Changes biases and synapses while the chips run."""
        configuration = self._model.get_configuration()
        self._writer.change(configuration, told)
        self._apply(configuration)

    def close(self):
        """Gives the board back."""
        board, self._board = self._board, None
        if board is not None:
            self._samna.device.close_device(board)
