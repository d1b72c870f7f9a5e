#!/usr/bin/env python3
"""A consumer of a cart's results that loses none and counts none twice. Debian: apt-get install python3-paho-mqtt

usage: consumer.py HOST PORT DATABASE [SITE [CART]]

Prints one line for each new result and keeps all of them in an SQLite database.
"""
import json
import sqlite3
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
site = sys.argv[4] if len(sys.argv) > 4 else "+"
cart = sys.argv[5] if len(sys.argv) > 5 else "+"

database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
database.execute("PRAGMA synchronous = FULL")
database.execute("CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, topic TEXT, historical INTEGER, payload TEXT)")


def on_connect(client, userdata, flags, reason, properties=None):
    # Each time: a broker that forgot the session has forgotten the subscription too.
    client.subscribe(f"hsiedge/v1/{site}/{cart}/result", qos=1)
    print("subscribed", "again" if flags["session present"] else "anew: ask the carts with query-results for what was missed", flush=True)


def on_message(client, userdata, message):
    user = dict(getattr(message.properties, "UserProperty", []))
    late = user.get("historical") == "true"
    # The message is acknowledged when this function has returned: by then it is on disk, and a second delivery of the same id changes nothing.
    added = database.execute(
        "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)", (user["id"], message.topic, late, message.payload.decode())).rowcount
    if added:
        result = json.loads(message.payload)
        print("result", result["id"], "findings", len(result["findings"]), "late" if late else "", "synthetic" if result["synthetic"] else "", flush=True)


client = mqtt.Client(client_id="consumer-example", protocol=mqtt.MQTTv5)
client.on_connect = on_connect
client.on_message = on_message
session = Properties(PacketTypes.CONNECT)
session.SessionExpiryInterval = 86_400
client.connect(host, port, keepalive=15, clean_start=False, properties=session)
client.loop_forever(retry_first_connection=True)
