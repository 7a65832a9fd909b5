"""Reads event files with the libraries of others: prints, for each library that reads a file, the digest of its events."""
import hashlib
import json
import os
import sys

import numpy as np

record = np.dtype([("t", "<u8"), ("x", "<u2"), ("y", "<u2"), ("p", "u1")])


def digest(t, x, y, p):
    events = np.zeros(len(t), dtype=record)
    events["t"], events["x"], events["y"], events["p"] = t, x, y, p
    return hashlib.sha256(events.tobytes()).hexdigest()


def faery(path, name, height):
    import faery

    events = faery.events_stream_from_file(path).to_array()
    # It turns what counts from the bottom over.
    y = height - 1 - events["y"] if name == "es" else events["y"]
    return digest(events["t"], events["x"], y, events["on"])


def expelliarmus(path, name, height):
    import expelliarmus

    events = expelliarmus.Wizard(encoding=name).read(path)
    return digest(events["t"], events["x"], events["y"], events["p"])


def event_stream(path, name, height):
    import event_stream

    with event_stream.Decoder(path) as decoder:
        events = np.concatenate(list(decoder))
    if name == "atis":
        return digest(events["t"], events["x"], events["y"], events["polarity"])
    return digest(events["t"], events["x"], events["y"], events["on"])


def evlib(path, name, height):
    import evlib

    events = evlib.load_events(path).collect()
    t = events["t"].dt.total_microseconds().to_numpy()
    x, y, p = (events[column].to_numpy() for column in ("x", "y", "polarity"))
    return digest(t, x, y, p > 0)


def dv_processing(path, name, height):
    import dv_processing

    recording = dv_processing.io.MonoCameraRecording(path)
    stores = []
    while (store := recording.getNextEventBatch()) is not None:
        stores.append(store.numpy())
    events = np.concatenate(stores)
    return digest(events["timestamp"], events["x"], events["y"], events["polarity"])


def numpy(path, name, height):
    events = np.load(path)
    return digest(events["t"], events["x"], events["y"], events["p"])


readers = {
    "aedat4": [faery, dv_processing],
    "lz4": [faery, dv_processing],
    "zstd": [faery, dv_processing],
    "csv": [faery],
    "npy": [numpy],
    "npz": [numpy],
    "deflated": [numpy],
    "dat": [faery, expelliarmus],
    "evt2": [faery, expelliarmus, evlib],
    "evt21": [evlib],
    "evt3": [faery, evlib],
    "es": [faery, event_stream],
    "atis": [event_stream],
}

answers = {}
for given in json.loads(sys.argv[1]):
    found = answers[given["name"]] = {}
    for reader in readers[given["name"]]:
        try:
            found[reader.__name__] = reader(given["path"], given["name"], given["height"])
        except ImportError as error:
            if os.environ.get("SPIKELINE_WITNESSES") == "required":
                found[reader.__name__] = str(error)
        except Exception as error:  # whatever a library throws
            found[reader.__name__] = f"{type(error).__name__}: {error}"
print(json.dumps(answers))
