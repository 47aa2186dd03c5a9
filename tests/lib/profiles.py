"""profiles: what is to be written into Braze profiles, waited for; and a bad day on the way there.

    seed = play_bad_day(desk, Client(desk), faults, per_wave=40, customers=60)

plays a wave of messages for each two of the faults, all of them at /users/track and one 503 a wave at /messages/send. In every
second wave the daemon is killed while a call is in flight. In the end all is acknowledged, written and drained. SEED=… in the
environment plays the same day again.
"""
import os
import random
import threading

from sandbox import SEND, TRACK
from tap import dwindles, eventually, true

# In service Braze is waited for longer.
QUICK = {"FRONTDESK_BRAZE_TIMEOUT_MS": "500"}

BAD_DAY = ["503 x2", "reset_before", "reset_after", "limit_track=1", "500", "take_and_hang=900", "limit_seconds=1", "hang=900",
           "errors", "garbage", "reset_after x2", "limit_epoch=1", "504", "errors"]


def open_rows(desk):
    return desk.value("SELECT count(*) FROM outbox WHERE kind = 'track' AND settled_at IS NULL")


def wait_written(desk, within=40):
    dwindles(lambda: open_rows(desk), "profiles that are not written", within)


def written(desk):
    """Each object that Braze has written, in order: (user, object)."""
    return [(entry["user"], entry["object"]) for request in desk.sandbox.requests(TRACK)
            for entry in request.get("objects", []) if entry["written"]]


def _wave(client, number, dice, per_wave, customers):
    """So many messages by six at once; the threads that send them."""
    users = [dice.randrange(customers) for _ in range(per_wave)]

    def customer(lane):
        for at in range(lane, per_wave, 6):
            client.send(f"user-{users[at]}", f"w{number}-{at}")
    threads = [threading.Thread(target=customer, args=(lane,)) for lane in range(6)]
    for thread in threads:
        thread.start()
    return threads


def play_bad_day(desk, client, faults, per_wave, customers):
    """The seed, for what is said about the day."""
    seed = int(os.environ.get("SEED", random.randrange(10**6)))
    print(f"# SEED={seed}\n", end="", flush=True) # in one piece: others print meanwhile
    dice = random.Random(seed)
    faults = dice.sample(faults, len(faults))
    for number in range(len(faults) // 2):
        kills = number % 2 == 1
        desk.sandbox.unscript()
        hang = dice.choice(("take_and_hang=5000", "hang=5000"))
        for fault in ([hang] if kills else []) + [faults[2 * number], "pass", faults[2 * number + 1], "pass"]:
            desk.sandbox.fault_line(f"{fault} on {TRACK}")
        desk.sandbox.fault_line(f"503 on {SEND}")
        threads = _wave(client, number, dice, per_wave, customers)
        if kills:
            eventually(lambda: desk.value("SELECT 1 FROM outbox WHERE kind = 'track' AND state = 'claimed'"), "in flight",
                       20, 0.002)
            desk.kill()
        for thread in threads:
            thread.join()
        if kills:
            desk.start()
        true(client.send_again(), "all is taken in the end")
        eventually(lambda: not desk.sandbox.faults_left() or open_rows(desk) == 0, "the wave is over", 60, 0.05)
    desk.sandbox.unscript()
    wait_written(desk, 60)
    return seed
