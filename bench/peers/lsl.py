"""The other side of Lab Streaming Layer, by pylsl: says what it sends and hears as lines of JSON."""
import json
import pathlib
import sys
import time

import pylsl


def say(**what):
    print(json.dumps(what), flush=True)


def send(name, rate, channels, seconds):
    info = pylsl.StreamInfo(name, "EEG", channels, rate, pylsl.cf_float32, name)
    outlet = pylsl.StreamOutlet(info)
    marks = pylsl.StreamOutlet(pylsl.StreamInfo(name + "-marks", "Markers", 1, 0, pylsl.cf_string, name + "-m"))
    say(ready=True)
    while not (outlet.have_consumers() and marks.have_consumers()):
        time.sleep(0.01)
    first = pylsl.local_clock()
    sent = 0
    while sent < seconds * rate:
        due = int((pylsl.local_clock() - first) * rate)
        block = [[float(n)] * channels for n in range(sent, min(due, int(seconds * rate)))]
        if block:
            outlet.push_chunk(block, first + (sent + len(block) - 1) / rate)
            sent += len(block)
        time.sleep(0.004)
    marks.push_sample(["done"])
    say(first=first, sent=sent)
    sys.stdin.readline()


def hear(name, count):
    [info] = pylsl.resolve_byprop("name", name, 1, 20)
    inlet = pylsl.StreamInlet(info)
    inlet.open_stream(20)
    say(ready=True, channels=info.channel_count(), type=info.type())
    values, times, corrections = [], [], []
    while len(times) < count:
        some, when = inlet.pull_chunk(0.2)
        corrections += [[t, inlet.time_correction()] for t in when[:1]]
        values += some
        times += when
    say(values=values, times=times, corrections=corrections)


if __name__ == "__main__":
    if sys.argv[1] == "where":
        print(next((pathlib.Path(pylsl.__file__).parent / "lib").glob("*lsl*.*")))
    elif sys.argv[1] == "send":
        send(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
    else:
        hear(sys.argv[2], int(sys.argv[3]))
