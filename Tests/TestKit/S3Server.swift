// An S3-compatible store for one test process: moto's server from PyPI, which checks every signature, with failures
// that a test asks for. It is gone when the process ends, however it ends.
import Foundation
import Glibc
import Synchronization

/// What kept the store from starting, or from doing what a test asked for. Tests that need it fail then.
package struct S3ServerError: Error, CustomStringConvertible {
    package let description: String
}

/// A running store with one bucket.
package final class S3Server: Sendable {
    package static let bucket = "concord-files"
    package static let region = "eu-central-1"
    private static let sharedServer = Mutex<S3Server?>(nil)

    /// The store of this process, started when it is first asked for. Tests keep apart by the prefix.
    /// - Throws: ``S3ServerError`` if moto is not installed (`scripts/python-tools.txt`) or does not start.
    package static func shared() throws -> S3Server {
        try sharedServer.withLock { known in
            if let known { return known }
            let made = try S3Server()
            known = made
            return made
        }
    }

    package let port: Int
    package let accessKey: String
    package let secretKey: String
    /// The end of a pipe: the end of the process closes it, and with it goes the server.
    private let keeper: Int32
    private let answers: Mutex<FileHandle>

    private struct Announcement: Decodable {
        let port: Int
        let access: String
        let secret: String
    }

    package init() throws {
        let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".build/python-tools/bin/python3").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw S3ServerError(description: "\(python) is missing: ./test installs moto from scripts/python-tools.txt")
        }
        let (input, output) = (try CloseOnExecPipe(), try CloseOnExecPipe())
        _ = try SpawnedProgram(
            python, arguments: ["-c", Self.program],
            environment: ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 },
            streams: .init(input: input.readEnd, output: output.writeEnd))
        close(input.readEnd)
        close(output.writeEnd)
        keeper = input.writeEnd
        let reader = FileHandle(fileDescriptor: output.readEnd, closeOnDealloc: true)
        let told = try JSONDecoder().decode(Announcement.self, from: Self.line(reader))
        (port, accessKey, secretKey) = (told.port, told.access, told.secret)
        answers = Mutex(reader)
    }

    /// Ends it before the process ends.
    package func stop() { close(keeper) }

    /// The variables with the keys.
    package var environment: [String: String] {
        ["AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey]
    }

    /// A location in the bucket.
    package func location(_ prefix: String) -> String {
        "s3://\(Self.bucket)/\(prefix)?region=\(Self.region)&endpoint=http://127.0.0.1:\(port)"
    }

    /// What is to go wrong.
    package enum Fault: Sendable {
        /// An answer with an error.
        case status(Int, code: String)
        /// The connection ends before the request is carried out.
        case drop
        /// The request is carried out, and the connection ends before the answer.
        case lost
        /// The answer ends in its middle.
        case cut
        /// The answer comes after a while.
        case late(seconds: Double)
        /// The first byte of the answer is another one.
        case wrong

        fileprivate var query: String {
            switch self {
            case .status(let status, let code): "kind=\(status)&code=\(code)"
            case .drop: "kind=drop"
            case .lost: "kind=lost"
            case .cut: "kind=cut"
            case .late(let seconds): "kind=late&seconds=\(seconds)"
            case .wrong: "kind=wrong"
            }
        }
    }

    /// Lets the next requests fail.
    /// - Parameters:
    ///   - method: Only those with this method.
    ///   - query: Only those whose query has this in it.
    package func fail(_ fault: Fault, count: Int = 1, method: String, query: String = "") throws {
        _ = try ask("\(fault.query)&count=\(count)&method=\(method)&query=\(query)")
    }

    /// What was asked for since it was last asked for this: method, path and query.
    package func requests() throws -> [String] {
        try JSONDecoder().decode([String].self, from: try ask("requests"))
    }

    /// Sends a line and reads the answer, which comes at once.
    private func ask(_ line: String) throws -> Data {
        try answers.withLock { answers in
            var rest = Data("\(line)\n".utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(keeper, $0.baseAddress, $0.count) }
                guard count > 0 else { throw S3ServerError(description: "the store is gone") }
                rest = rest.dropFirst(count)
            }
            return try Self.line(answers)
        }
    }

    private static func line(_ answers: FileHandle) throws -> Data {
        var line = Data()
        while line.last != 0x0A {
            guard let more = try answers.read(upToCount: 1), !more.isEmpty else {
                throw S3ServerError(description: "moto does not start; is moto[server] in .build/python-tools?")
            }
            line += more
        }
        return line
    }

    private static let program = #"""
        import json, sys, threading, time
        from urllib.parse import parse_qs, quote, unquote
        import boto3
        from moto import settings
        from moto.iam import access_control
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server, WSGIRequestHandler

        settings.INITIAL_NO_AUTH_ACTION_COUNT = 1_000_000

        # moto checks the signature of the query as it was decoded: a slash in it would never be right.
        decoded = access_control.IAMRequestBase._create_aws_request
        def encoded(self):
            path, mark, query = self._path.partition("?")
            parts = ["=".join(quote(unquote(half), safe="-._~") for half in part.split("=", 1))
                     for part in query.split("&")]
            self._path = path + mark + "&".join(parts)
            return decoded(self)
        access_control.IAMRequestBase._create_aws_request = encoded

        app = DomainDispatcherApplication(create_backend_app)
        lock, faults, requests = threading.Lock(), [], []

        def xml(code):
            return f"<Error><Code>{code}</Code><Message>made for a test</Message></Error>".encode()

        def answer(environ, start):
            path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
            query = environ.get("QUERY_STRING", "")
            with lock:
                requests.append(f"{method} {path}?{query}")
                fault = next((f for f in faults if f["count"] > 0 and f.get("method", method) == method
                              and f.get("query", "") in query), None)
                if fault: fault["count"] -= 1
            kind = fault["kind"] if fault else None
            if kind in ("500", "503", "403", "400"):
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start(f"{kind} Fault", [("content-type", "application/xml")])
                return [xml(fault["code"])]
            if kind == "drop":
                environ["werkzeug.socket"].close()
                return [b""]
            if kind == "late":
                time.sleep(float(fault["seconds"]))
            if kind in ("cut", "wrong", "lost"):
                caught = {}
                def keep(status, headers, info=None): caught.update(status=status, headers=headers)
                body = b"".join(app(environ, keep))
                if kind == "lost":
                    environ["werkzeug.socket"].close()
                    return [b""]
                start(caught["status"], caught["headers"])
                if kind == "wrong":
                    return [bytes([body[0] ^ 1]) + body[1:]] if body else [body]
                def half():
                    yield body[: len(body) // 2]
                    environ["werkzeug.socket"].shutdown(2)
                return half()
            return app(environ, start)

        class Handler(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"
            def log(self, *_): pass

        server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        setup = dict(
            endpoint_url=url, region_name="eu-central-1", aws_access_key_id="setup", aws_secret_access_key="setup")
        iam = boto3.client("iam", **setup)
        iam.create_user(UserName="concord")
        iam.put_user_policy(UserName="concord", PolicyName="files", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
                "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListBucket"]}]}))
        key = iam.create_access_key(UserName="concord")["AccessKey"]
        boto3.client("s3", **setup).create_bucket(
            Bucket="concord-files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        with lock: requests.clear()
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        keys = {"access": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        print(json.dumps({"port": server.server_port, **keys}), flush=True)
        for line in sys.stdin:
            with lock:
                if line.strip() == "requests":
                    told = list(requests)
                    requests.clear()
                else:
                    told = {name: values[0] for name, values in parse_qs(line.strip()).items()}
                    told["count"] = int(told["count"])
                    faults.append(told)
            print(json.dumps(told), flush=True)
        """#
}
