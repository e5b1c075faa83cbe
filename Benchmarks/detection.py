#!/usr/bin/env python3
"""Measures `concord detect`: events per CPU second, the time to load rules, memory.

usage: detection.py CONCORD --rules FOLDER [--events N] [--only NAME] [--scaling] [--stream N] [--repeat N]
       detection.py --write FOLDER [--events N]     only writes the events, for trying out

Makes its own events (always the same ones) and runs the program on them. CPU seconds are those of the child, in user
and system mode, of all its threads, with the loading of the rules subtracted; the best of the runs counts, all are printed.
Seconds by the clock, which both processors share, have the loading subtracted too.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

SEED = 11


def cloudtrail(chance, number):
    name, source = chance.choice([
        ("GetObject", "s3"), ("ListBuckets", "s3"), ("DescribeInstances", "ec2"), ("AssumeRole", "sts"),
        ("GetSecretValue", "secretsmanager"), ("Decrypt", "kms"), ("DescribeDBInstances", "rds"), ("PutObject", "s3"),
        ("GetCallerIdentity", "sts"), ("ListUsers", "iam"), ("DescribeLogGroups", "logs"), ("GetParameter", "ssm"),
    ])
    user = f"user{chance.randrange(200)}"
    # One public rule matches every assumed role; the rest of the traffic is that of users.
    identity = {
        "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::111122223333:user/{user}",
        "accountId": "111122223333", "accessKeyId": f"ASIAEXAMPLE{chance.randrange(10**8):08d}", "userName": user,
        "sessionContext": {"attributes": {"creationDate": "2026-03-02T09:00:00Z", "mfaAuthenticated": "false"}}}
    if chance.random() < 0.1:
        identity = {
            "type": "AssumedRole", "principalId": f"AROAEXAMPLE:{user}",
            "arn": f"arn:aws:sts::111122223333:assumed-role/team-{chance.randrange(20)}/{user}",
            "accountId": "111122223333", "accessKeyId": f"ASIAEXAMPLE{chance.randrange(10**8):08d}",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/team", "userName": "team"},
                "attributes": {"creationDate": "2026-03-02T09:00:00Z", "mfaAuthenticated": "false"}}}
    return {
        "eventVersion": "1.08", "userIdentity": identity,
        "eventTime": f"2026-03-02T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventSource": f"{source}.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1",
        "sourceIPAddress": f"198.51.100.{chance.randrange(255)}", "userAgent": "aws-cli/2.15 Python/3.11 Linux/6.1",
        "requestParameters": {"bucketName": f"data-{chance.randrange(50)}", "key": f"part/{number}.parquet"},
        "responseElements": None, "additionalEventData": {"bytesTransferredOut": chance.randrange(10**6)},
        "requestID": f"{chance.randrange(16**12):012X}", "eventID": f"e-{number}", "readOnly": True,
        "eventType": "AwsApiCall", "managementEvent": False, "recipientAccountId": "111122223333"}


def windows(chance, number):
    image = chance.choice(["svchost.exe", "chrome.exe", "Teams.exe", "explorer.exe", "conhost.exe", "powershell.exe",
                           "cmd.exe", "msedge.exe", "SearchIndexer.exe", "git.exe"])
    parent = chance.choice(["services.exe", "explorer.exe", "cmd.exe", "Code.exe"])
    return {
        "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "EventRecordID": number,
        "Computer": f"ws{chance.randrange(300)}.example.org",
        "UtcTime": f"2026-03-02 {number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000",
        "ProcessGuid": f"{{{chance.randrange(16**12):012X}}}", "ProcessId": chance.randrange(30000),
        "Image": f"C:\\Windows\\System32\\{image}", "OriginalFileName": image, "Company": "Microsoft Corporation",
        "Description": "A program", "Product": "Microsoft Windows Operating System", "FileVersion": "10.0.19041.1",
        "CommandLine": f"C:\\Windows\\System32\\{image} -k netsvcs -p -s Service{chance.randrange(999)}",
        "CurrentDirectory": "C:\\Windows\\system32\\", "User": f"EXAMPLE\\user{chance.randrange(200)}",
        "LogonGuid": "{00000000}", "IntegrityLevel": "Medium", "Hashes": f"SHA256={chance.randrange(16**32):032X}",
        "ParentImage": f"C:\\Windows\\System32\\{parent}", "ParentCommandLine": f"C:\\Windows\\{parent}",
        "ParentProcessId": chance.randrange(30000), "ParentUser": "NT AUTHORITY\\SYSTEM"}


def pgaudit(chance, number):
    table = chance.choice(["orders", "customers", "features", "labels", "sessions"])
    statement = f"select id, name, amount from {table} where id = {chance.randrange(10**6)} limit 10"
    return {
        "timestamp": f"2026-03-02 {number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.123 UTC",
        "user": f"app_{chance.randrange(20)}", "dbname": "shop", "pid": chance.randrange(30000),
        "remote_host": f"192.0.2.{chance.randrange(255)}", "remote_port": 50000, "session_id": f"s{chance.randrange(999)}",
        "line_num": number % 1000, "ps": "SELECT", "session_start": "2026-03-02 00:00:00 UTC", "vxid": "3/1", "txid": 0,
        "error_severity": "LOG", "backend_type": "client backend", "application_name": "shop",
        "message": f"AUDIT: SESSION,{number},1,READ,SELECT,TABLE,public.{table},\"{statement}\",<none>,{chance.randrange(10)}"}


def correlated(chance, number):
    seconds = number // 2000
    return {
        "t": f"2026-03-02T{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z", "a": 1,
        "u": f"u{number * 7919 % 100_000}"}


BASE = "title: Base\nid: base\nname: base\nlogsource: {product: test}\ndetection: {s: {a: 1}, condition: s}\nlevel: low\n"
CORRELATION = """---
title: Many
id: many
correlation: {type: event_count, rules: [base], group-by: [u], timespan: 1h, condition: {gte: 1000000}}
level: high
"""
KINDS = {"cloudtrail": cloudtrail, "windows": windows, "pgaudit": pgaudit, "correlation": correlated, "base": correlated}


def run(command, feed=None):
    """CPU seconds, seconds and the most memory, in megabytes, of a child that ended with 0 or 1."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE if feed else None, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE if not feed else subprocess.DEVNULL)
    if feed:
        feed(process.stdin)
        process.stdin.close()
        errors = b""
    else:
        errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command} ended with {status}: {errors[-400:]!r}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def write(name, count, path):
    """Events of a kind, one a line."""
    chance = random.Random(SEED)
    with open(path, "w") as file:
        for number in range(count):
            file.write(json.dumps(KINDS[name](chance, number), separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("concord", nargs="?")
    parser.add_argument("--rules")
    parser.add_argument("--write")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--only")
    parser.add_argument("--scaling", action="store_true", help="also by the number of rules: 30, 300 and 3,000")
    parser.add_argument("--stream", type=int, default=0, help="also feed so many events through standard input")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if options.write:
        os.makedirs(options.write, exist_ok=True)
        for name in ("cloudtrail", "windows", "pgaudit"):
            write(name, options.events, os.path.join(options.write, name + ".ndjson"))
        return
    if not options.concord or not options.rules:
        parser.error("CONCORD and --rules are needed")
    print(f"load of 1 minute {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {options.events} events a kind, "
          f"{options.events * 5} small ones")
    with tempfile.TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty.ndjson")
        open(empty, "w").close()
        rules = os.path.join(folder, "rules.yml")
        base = os.path.join(folder, "base.yml")
        with open(rules, "w") as file:
            file.write(BASE + CORRELATION)
        with open(base, "w") as file:
            file.write(BASE)

        def measure(name, arguments, label=None, times=1):
            count = options.events * times
            loads = [run(arguments + ["--events", empty]) for _ in range(options.repeat)]
            load, load_clock = (min(values[place] for values in loads) for place in (0, 1))
            path = os.path.join(folder, "events.ndjson")
            write(name, count, path)
            runs = [run(arguments + ["--events", path]) for _ in range(options.repeat)]
            rates = [round(count / max(0.001, seconds - load)) for seconds, _, _ in runs]
            clock = max(count / max(0.001, seconds - load_clock) for _, seconds, _ in runs)
            print(f"{label or name}: {max(rates):,} events/CPU s (all {rates}), {clock:,.0f} events/s by the clock, "
                  f"rules {load:.2f} CPU s ({load_clock:.2f} s), {max(memory for _, _, memory in runs):.0f} MB, "
                  f"{os.path.getsize(path) // count} bytes/event", flush=True)

        for name in KINDS:
            if options.only and name != options.only:
                continue
            if name == "correlation":
                # Five times the events, so that most come to groups that live already.
                measure(name, [options.concord, "detect", "run", "--rules", rules, "--logsource", "test/-/-",
                               "--time-path", "t", "--lateness", "0"], times=5)
            elif name == "base":
                # The same events without the correlation and without a match to print: what reading them costs.
                measure(name, [options.concord, "detect", "run", "--rules", base, "--logsource", "other/-/-",
                               "--time-path", "t"], times=5)
            else:
                measure(name, [options.concord, "detect", "run", "--rules", options.rules])
        if options.scaling:
            # The same events against rules drawn from all: of ten times as many rules most are for the same events.
            paths = sorted(pathlib.Path(options.rules).rglob("*.yml"))
            random.Random(SEED).shuffle(paths)
            for count in (30, 300, 3_000):
                some = os.path.join(folder, f"rules-{count}")
                os.mkdir(some)
                for number, path in enumerate(paths[:count]):
                    shutil.copy(path, os.path.join(some, f"{number}.yml"))
                measure("windows", [options.concord, "detect", "run", "--rules", some], f"windows, {count:,} rules")
        if options.stream:
            chance = random.Random(SEED)
            lines = [json.dumps(cloudtrail(chance, number), separators=(",", ":")) for number in range(10_000)]
            block = ("\n".join(lines) + "\n").encode()

            def feed(pipe):
                for _ in range(options.stream // 10_000):
                    pipe.write(block)
            command = [options.concord, "detect", "run", "--rules", options.rules, "--lateness", "5m", "--events", "-"]
            seconds, clock, memory = run(command, feed)
            print(f"stream: {options.stream:,} events in {seconds:.0f} CPU s ({clock:.0f} s), at most {memory:.0f} MB")


if __name__ == "__main__":
    main()
