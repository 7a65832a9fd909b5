"""Reads and writes event files with the libraries of others, and says how much processor time it took."""
import json
import os
import sys
import time
from importlib.metadata import version as version_of

import numpy as np

READERS = {}
WRITERS = {}
VERSIONS = {}


def record(table, name, function):
    table.setdefault(name, {})[function.peer] = function


def of(peer):
    def mark(function):
        function.peer = peer
        return function

    return mark


try:
    import faery

    VERSIONS["faery"] = version_of("faery")

    @of("faery")
    def faery_read(path):
        count = 0
        for events in faery.events_stream_from_file(path):
            count += len(events)
        return count

    def faery_events(t, x, y, p):
        events = np.zeros(len(t), dtype=[("t", "<u8"), ("x", "<u2"), ("y", "<u2"), (("p", "on"), "?")])
        events["t"], events["x"], events["y"], events["on"] = t, x, y, p
        return events

    @of("faery")
    def faery_write(path, given):
        faery.events_stream_from_array(given["faery"], dimensions=(1280, 720)).to_file(path)

    for format in ("dat", "evt2", "evt3", "es", "csv", "aedat4.lz4", "aedat4.zstd"):
        record(READERS, format, faery_read)
    for format in ("dat", "es", "csv"):
        record(WRITERS, format, faery_write)
    for compression in ("lz4", "zstd"):

        @of("faery")
        def faery_write_aedat4(path, given, compression=compression):
            stream = faery.events_stream_from_array(given["faery"], dimensions=(1280, 720))
            stream.to_file(path, compression=(compression, 1))

        record(WRITERS, f"aedat4.{compression}", faery_write_aedat4)
    for version in ("evt2", "evt3"):

        @of("faery")
        def faery_write_evt(path, given, version=version):
            stream = faery.events_stream_from_array(given["faery"], dimensions=(1280, 720))
            stream.to_file(path, version=version)

        record(WRITERS, version, faery_write_evt)
except ImportError:
    pass

try:
    import expelliarmus

    VERSIONS["expelliarmus"] = version_of("expelliarmus")

    # It gets the times of EVT3 wrong, so that there it is no measure.
    for format in ("dat", "evt2"):

        @of("expelliarmus")
        def expelliarmus_read(path, format=format):
            return len(expelliarmus.Wizard(encoding=format).read(path))

        # Chunks of this size, with a buffer of as many bytes, are the fastest of those that it can be told.
        @of("expelliarmus chunks")
        def expelliarmus_read_chunks(path, format=format):
            wizard = expelliarmus.Wizard(encoding=format, fpath=path, chunk_size=65536, buff_size=65536)
            return sum(len(chunk) for chunk in wizard.read_chunk())

        @of("expelliarmus")
        def expelliarmus_write(path, given, format=format):
            expelliarmus.Wizard(encoding=format).save(path, given["expelliarmus"])

        record(READERS, format, expelliarmus_read)
        record(READERS, format, expelliarmus_read_chunks)
        record(WRITERS, format, expelliarmus_write)
except ImportError:
    pass

try:
    import event_stream

    VERSIONS["event_stream"] = version_of("event_stream")

    @of("event_stream")
    def event_stream_read(path):
        count = 0
        with event_stream.Decoder(path) as decoder:
            for packet in decoder:
                count += len(packet)
        return count

    @of("event_stream")
    def event_stream_write(path, given):
        with event_stream.Encoder(path, "dvs", 1280, 720) as encoder:
            encoder.write(given["event_stream"])

    record(READERS, "es", event_stream_read)
    record(WRITERS, "es", event_stream_write)
except ImportError:
    pass


try:
    import dv_processing

    VERSIONS["dv-processing"] = version_of("dv-processing")

    def dv_stores(path):
        recording = dv_processing.io.MonoCameraRecording(path)
        while (store := recording.getNextEventBatch()) is not None:
            yield store

    def dv_prepare(path, given):
        # Its stores are filled event by event: those of the file that was written before are taken.
        if "dv-processing" not in given:
            ours = os.path.join(os.path.dirname(path), "ours.aedat4")
            given["dv-processing"] = list(dv_stores(ours))

    @of("dv-processing")
    def dv_read(path):
        return sum(store.size() for store in dv_stores(path))

    for compression in ("lz4", "zstd"):

        @of("dv-processing")
        def dv_write(path, given, compression=compression):
            config = dv_processing.io.MonoCameraWriter.Config("camera")
            config.addEventStream((1280, 720))
            config.compression = getattr(dv_processing.CompressionType, compression.upper())
            writer = dv_processing.io.MonoCameraWriter(path, config)
            for store in given["dv-processing"]:
                writer.writeEvents(store)
            del writer

        dv_write.prepare = dv_prepare
        record(READERS, f"aedat4.{compression}", dv_read)
        record(WRITERS, f"aedat4.{compression}", dv_write)
except ImportError:
    pass


def load(path):
    """The events that are to be written, in the form of each peer."""
    raw = np.fromfile(path, dtype=[("t", "<f8"), ("x", "<u2"), ("y", "<u2"), ("p", "<u4")])
    t, x, y, p = (raw[name] for name in ("t", "x", "y", "p"))
    given = {}
    if "faery" in VERSIONS:
        given["faery"] = faery_events(t.astype("<u8"), x, y, p != 0)
    if "expelliarmus" in VERSIONS:
        events = np.zeros(len(t), dtype=[("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("p", "u1")])
        events["t"], events["x"], events["y"], events["p"] = t, x, y, p
        given["expelliarmus"] = events
    if "event_stream" in VERSIONS:
        events = np.zeros(len(t), dtype=event_stream.dvs_dtype)
        events["t"], events["x"], events["y"], events["on"] = t, x, y, p != 0
        given["event_stream"] = events
    return given


def main():
    given = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        try:
            if request.get("version"):
                if not VERSIONS:
                    raise ImportError("none of faery, expelliarmus, event_stream, dv-processing is installed")
                answer["version"] = " ".join(f"{name} {version}" for name, version in VERSIONS.items())
            elif "load" in request:
                given = load(request["load"])
            elif "peers" in request:
                table = READERS if request["peers"] == "decode" else WRITERS
                answer["names"] = ",".join(table.get(request["format"], {}))
            elif "decode" in request:
                read = READERS[request["format"]][request["peer"]]
                begin = time.process_time()
                answer["events"] = read(request["decode"])
                answer["seconds"] = time.process_time() - begin
            elif "encode" in request:
                path = request["encode"]
                if os.path.exists(path):
                    os.remove(path)
                write = WRITERS[request["format"]][request["peer"]]
                if hasattr(write, "prepare"):
                    write.prepare(path, given)
                begin = time.process_time()
                write(path, given)
                answer["seconds"] = time.process_time() - begin
        except Exception as error:  # whatever a library throws
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


main()
