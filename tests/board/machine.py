"""The emulated board: QEMU's process, a shell in it, and its GPIO lines as they look from outside."""
import json
import os
import shlex
import socket
import subprocess
import threading
import time

GUEST = "10.99.0.2"


class Failure(Exception):
    """Something that the bench saw and that must not be; the message is for people."""


class Machine:
    """QEMU with the board's disk. The disk in the cache stays as it is: what the board writes goes to a file that ends with it."""

    def __init__(self, cache, share, log_folder):
        self.cache, self.log_folder = cache, log_folder
        self.qmp_path, self.qtest_path = (os.path.join(log_folder, n) for n in ("qmp.sock", "qtest.sock"))
        self.serial = os.path.join(log_folder, "serial.log")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "2048",
             "-display", "none", "-no-reboot", "-kernel", f"{cache}/vmlinuz", "-initrd", f"{cache}/initrd.gz",
             "-append", "console=ttyAMA0 panic=-1 loglevel=4",
             "-drive", f"if=none,id=disk,file={cache}/disk.img,format=raw,cache=unsafe,snapshot=on", "-device", "virtio-blk-pci,drive=disk",
             "-netdev", "tap,id=wire,ifname=tap0,script=no,downscript=no", "-device", "virtio-net-pci,netdev=wire,romfile=,host_mtu=9000",
             "-device", "virtio-rng-pci",
             "-virtfs", f"local,path={share},mount_tag=share,security_model=none,readonly=on",
             "-serial", f"file:{self.serial}", "-qmp", f"unix:{self.qmp_path},server=on,wait=off",
             "-qtest", f"unix:{self.qtest_path},server=on,wait=off", "-qtest-log", "/dev/null"],
            stdin=subprocess.DEVNULL, stderr=open(os.path.join(log_folder, "qemu.log"), "wb"))

    def wait_for_shell(self, seconds):
        """Waits until a command runs on the board; gives the seconds that its start took."""
        limit = self.started + seconds
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise Failure(f"the machine ended with code {self.process.returncode}: see {self.log_folder}/qemu.log and {self.serial}")
            if self._ssh("true", 20).returncode == 0:
                return time.monotonic() - self.started
            time.sleep(0.5)
        raise Failure(f"the board did not answer within {seconds} s: see {self.serial}")

    def run(self, command, seconds, check=True):
        """Runs a command on the board; gives its output. A failing one is a Failure unless check is False."""
        done = self._ssh(command, seconds)
        if check and done.returncode != 0:
            raise Failure(f"on the board, '{command}' ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def put(self, text, path):
        """Writes a file on the board."""
        self.run(f"printf %s {shlex.quote(text)} > {shlex.quote(path)}", 60)

    def stop(self):
        """Ends the machine, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _ssh(self, command, seconds):
        try:
            return subprocess.run(
                ["ssh", "-F", "none", "-i", f"{self.cache}/key", "-o", f"UserKnownHostsFile={self.cache}/known_hosts", "-o", "HostKeyAlias=board",
                 "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR", f"root@{GUEST}", command],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(late.cmd, 124, "", f"no end within {seconds} s")


class Lines:
    """The lines of the board's PL061 from outside: inputs are driven, rises and falls of outputs are told to a listener."""

    def __init__(self, machine, on_output):
        self.chip = self._find_chip(machine.qmp_path)
        self._on_output = on_output
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(machine.qtest_path)
        self._reader = self._socket.makefile("r")
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(f"irq_intercept_out {self.chip}")

    def drive(self, line, level):
        """Sets the level of an input line."""
        self._send(f"set_irq_in {self.chip} unnamed-gpio-in {line} {int(level)}")

    def _send(self, command):
        with self._lock:
            self._socket.sendall((command + "\n").encode())

    def _listen(self):
        # Answers ("OK") and events ("IRQ raise N") share the socket; only events are of interest, and a refusal is a fault of this bench.
        for text in self._reader:
            words = text.split()
            if words[:1] == ["IRQ"]:
                self._on_output(int(words[2]), words[1] == "raise")
            elif words[:1] != ["OK"]:
                print(f"board: QEMU refused a command: {text.strip()}", flush=True)
                os._exit(1)

    @staticmethod
    def _find_chip(path):
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(path)
            stream = channel.makefile("rw")
            stream.readline()

            def ask(command, **arguments):
                stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
                stream.flush()
                while True:
                    answer = json.loads(stream.readline())
                    if "return" in answer:
                        return answer["return"]
                    if "error" in answer:
                        raise Failure(f"QEMU refused {command}: {answer['error']}")

            ask("qmp_capabilities")
            for node in ask("qom-list", path="/machine/unattached"):
                if "pl061" in node["type"]:
                    return "/machine/unattached/" + node["name"]
        raise Failure("QEMU's machine has no PL061")
