"""
The bench around the emulated board: plays foot, camera and broker, and keeps count of every pulse on its own.

  bench.py CACHE_FOLDER LOG_FOLDER CAPTURES    (in the network namespace that run.sh makes)
"""
import json
import os
import subprocess
import sys
import threading
import time

from machine import Failure, Lines, Machine

HOST = "10.99.0.1"
FOOTSWITCH, INTERLOCK, EXPOSURE_ACTIVE, CAMERA_TRIGGER, READY_LAMP = 0, 1, 2, 4, 5
PLAN = "firmware-config/plans/gige-48.json"
# How long exposureActive is high, and then low before the frame leaves. Two edges within the time in which the emulated board answers an interrupt
# would be one to it, or two of the same kind; as with a real camera, the exposure is over before its frame arrives.
EXPOSURE_SECONDS, READOUT_SECONDS = 0.08, 0.03
CLEAR_POSE, LESION_POSE = 0, 4  # of the scene's script: the lesion is far outside the view, or in its middle
HERE = os.path.dirname(os.path.abspath(__file__))


class Scene:
    """The camera: the scene server, a GigE Vision camera that looks at digital tissue. Its trigger input is a line of text."""

    def __init__(self, cache, logs):
        self._log = open(f"{logs}/scene.log", "w+b")
        self._process = subprocess.Popen(
            ["dotnet", f"{cache}/scene/HsiEdge.Demo.dll", "scene", "--address", HOST, "--plan", f"{cache}/share/{PLAN}"],
            stdin=subprocess.PIPE, stdout=self._log, stderr=subprocess.STDOUT)

    def tell(self, command):
        """A command of its standard input."""
        if self._process.poll() is not None:
            raise Failure(f"the scene server ended with code {self._process.returncode}: see {self._log.name}")
        self._process.stdin.write((command + "\n").encode())
        self._process.stdin.flush()

    def stop(self):
        """Ends it."""
        self._process.kill()
        self._process.wait()


class Room:
    """What stands around the board's lines: the foot, the door switch, the lamps, and the camera's trigger input with a count of its own."""

    def __init__(self, scene):
        self.pulses = 0
        self._scene = scene
        self.ready_lamp = threading.Event()
        self._lines = None
        self._fired = threading.Semaphore(0)

    def connect(self, machine):
        """Wires the board up, with the door closed."""
        self._lines = Lines(machine, self._on_output)
        self._lines.drive(INTERLOCK, 1)
        threading.Thread(target=self._expose, daemon=True).start()

    def press(self):
        """A foot on the switch for a fifth of a second."""
        self._lines.drive(FOOTSWITCH, 1)
        time.sleep(0.2)
        self._lines.drive(FOOTSWITCH, 0)

    def open_door(self, is_open):
        """The interlock's switch."""
        self._lines.drive(INTERLOCK, not is_open)

    def _on_output(self, line, rises):
        if line == CAMERA_TRIGGER and rises:
            self.pulses += 1
            self._fired.release()
        elif line == READY_LAMP and rises:
            self.ready_lamp.set()
        elif line == READY_LAMP:
            self.ready_lamp.clear()

    def _expose(self):
        while True:
            self._fired.acquire()
            self._lines.drive(EXPOSURE_ACTIVE, 1)
            time.sleep(EXPOSURE_SECONDS)
            self._lines.drive(EXPOSURE_ACTIVE, 0)
            time.sleep(READOUT_SECONDS)
            self._scene.tell("t")


class Broker:
    """A real Mosquitto, and a subscriber that keeps every message."""

    def __init__(self, logs):
        configuration = os.path.join(logs, "mosquitto.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(f"listener 1883 {HOST}\nallow_anonymous true\n")
        self._broker = subprocess.Popen(["mosquitto", "-c", configuration], stderr=open(f"{logs}/mosquitto.log", "wb"))
        time.sleep(1)
        topics = [option for name in ("status", "result", "ledger", "health/#", "alert/#") for option in ("-t", f"hsiedge/v1/site/cart/{name}")]
        self._subscriber = subprocess.Popen(
            ["mosquitto_sub", "-h", HOST, "-V", "mqttv5", "-q", "1", "-F", "%t %p", *topics], stdout=subprocess.PIPE, text=True)
        self._messages, self._news, self._log = [], threading.Condition(), open(f"{logs}/messages.log", "w", encoding="utf-8")
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_for(self, topic, matches, seconds):
        """The first message of a topic that matches, waiting for it if it is not there yet; None when it does not come."""
        limit = time.monotonic() + seconds
        with self._news:
            while True:
                for name, body in self._messages:
                    if name == topic and matches(body):
                        return body
                left = limit - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)

    def ask(self, verb, payload, seconds):
        """Sends a command to the cart and waits for its answer, which must be that it was done."""
        done = subprocess.run(
            ["mosquitto_rr", "-h", HOST, "-V", "mqttv5", "-t", f"hsiedge/v1/site/cart/command/{verb}", "-e", f"bench/{verb}", "-m", payload, "-W", str(seconds)],
            capture_output=True, text=True, timeout=seconds + 10, check=False)
        answer = json.loads(done.stdout) if done.stdout.strip() else {"ok": False, "error": f"no answer within {seconds} s"}
        if not answer["ok"]:
            raise Failure(f"command {verb}: {answer['error']}")
        return answer

    def all(self, topic):
        """Every message of a topic so far."""
        with self._news:
            return [body for name, body in self._messages if name == topic]

    def stop(self):
        """Ends both."""
        for process in (self._subscriber, self._broker):
            process.kill()
            process.wait()

    def _listen(self):
        for line in self._subscriber.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            self._log.write(line)
            self._log.flush()
            if payload:
                with self._news:
                    self._messages.append((topic.split("/", 4)[4], json.loads(payload)))
                    self._news.notify_all()

    def wait_for_count(self, topic, count, seconds):
        """Waits until a topic has so many messages; gives them all, or None when they do not come."""
        limit = time.monotonic() + seconds
        with self._news:
            while True:
                found = [body for name, body in self._messages if name == topic]
                if len(found) >= count:
                    return found
                left = limit - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)


def install(machine):
    """Installs the published appliance as on a cart and starts its service; gives the seconds it took until systemd called it started."""
    machine.run("modprobe 9pnet_virtio && mkdir -p /mnt/share && mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,ro share /mnt/share", 60)
    machine.run("date -u -s @%d" % time.time(), 30)
    machine.run("/mnt/share/firmware-config/install.sh /mnt/share/published", 180)
    with open(os.path.join(HERE, "appsettings.json"), encoding="utf-8") as file:
        machine.put(file.read(), "/etc/hsiedge/appsettings.json")
    machine.run("install -m 0644 /mnt/share/board/emulated.json /opt/hsiedge/boards/emulated.json", 30)
    machine.run("install -m 0644 /mnt/share/board/camera.json /opt/hsiedge/cameras/emulated.json", 30)
    machine.run("hsiedge validate", 120)
    begun = time.monotonic()
    machine.run("systemctl start hsiedge", 180)
    return time.monotonic() - begun


def take_references(broker, scene):
    """Dark and white reference by command, with the lens covered and the white target in view."""
    if broker.wait_for("health/trigger", lambda health: health["state"] == "ok", 120) is None:
        raise Failure("the trigger did not become ready within 120 s")
    for view, verb in (("covered", "reference-dark"), ("white", "reference-white")):
        scene.tell(f"view {view}")
        broker.ask(verb, '{"averages": 2}', 120)
    scene.tell("view tissue")


def capture(number, machine, room, scene, broker):
    """One press and what must follow from it; gives the result and the seconds from press to result."""
    if not room.ready_lamp.wait(60):
        raise Failure(f"capture {number}: the ready lamp stayed dark for 60 s")
    scene.tell(f"pose {LESION_POSE if shows_lesion(number) else CLEAR_POSE}")
    pressed = time.monotonic()
    room.press()
    ledgers = broker.wait_for_count("ledger", number + 1, 120)
    if ledgers is None:
        raise Failure(f"capture {number}: no ledger within 120 s of the footswitch")
    if ledgers[number]["verdict"] != "captured":
        pulses = machine.run(f"hsiedge results show {ledgers[number]['captureId']} --ledger", 60, check=False)
        raise Failure(f"capture {number} was {ledgers[number]['verdict']}: {ledgers[number].get('reason', '')}\n{pulses}")
    results = broker.wait_for_count("result", number + 1, 30)
    if results is None:
        raise Failure(f"capture {number}: no result within 30 s of its ledger")
    result = results[number]
    if result["cause"] != "footswitch":
        raise Failure(f"capture {number} was caused by {result['cause']}, not by the footswitch")
    return result, time.monotonic() - pressed


def shows_lesion(number):
    """Whether a capture is of a view with a lesion: every second one."""
    return number % 2 == 1


def bench(cache, logs, captures):
    """Runs it all; gives the line of figures."""
    broker, scene = Broker(logs), Scene(cache, logs)
    room = Room(scene)
    machine = Machine(cache, os.path.join(cache, "share"), logs)
    try:
        boot = machine.wait_for_shell(120)
        room.connect(machine)
        start = install(machine)
        print(f"board: booted in {boot:.1f} s, service started in {start:.1f} s", flush=True)
        take_references(broker, scene)
        print("board: dark and white references taken", flush=True)
        taken, room.pulses = [], 0
        for number in range(captures):
            taken.append(capture(number, machine, room, scene, broker))
            result, seconds = taken[-1]
            print(f"board: capture {number}: {len(result['findings'])} findings, {seconds:.1f} s after the footswitch", flush=True)
        return judge(boot, taken, room, broker)
    except Failure:
        if machine.process.poll() is None:
            print(machine.run("journalctl -u hsiedge --no-pager -n 60; ls -l /dev/gpiochip*; hsiedge doctor; gpioinfo", 120, check=False), file=sys.stderr, flush=True)
        raise
    finally:
        for part in (machine, scene, broker):
            part.stop()


def judge(boot, taken, room, broker):
    """Holds what was taken against what must be; gives the line of figures."""
    ledgers = {ledger["captureId"]: ledger for ledger in broker.all("ledger")}
    sent, paired = (sum(ledgers[result["id"]][key] for result, _ in taken) for key in ("sent", "paired"))
    found = [(shows_lesion(number), len(result["findings"]) > 0) for number, (result, _) in enumerate(taken)]
    lesion, clear = ([got == shown for shown, got in found if shown == wanted] for wanted in (True, False))
    figures = (
        f"board: captures={len(taken)} pulses={sent} seen={room.pulses} paired={paired} lesion={sum(lesion)}/{len(lesion)} clear={sum(clear)}/{len(clear)}"
        f" boot_s={boot:.1f} capture_s={sum(seconds for _, seconds in taken) / len(taken):.1f}")
    if not (sent == room.pulses == paired > 0 and all(lesion) and all(clear)):
        raise Failure(f"the loop does not close: {figures}")
    return figures


def main():
    """Entry."""
    cache, logs, captures = sys.argv[1], sys.argv[2], int(sys.argv[3])
    try:
        print(bench(cache, logs, captures))
    except Failure as failure:
        print(f"board: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
