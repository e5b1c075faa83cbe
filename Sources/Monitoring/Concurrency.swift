// All cores on independent pieces, in order.
import Dispatch

/// What all cores share for the time of one call.
///
/// `@unchecked Sendable`: every piece writes its own place only, `concurrentPerform` returns when all are written, and
/// bodies read shared values and write nothing but what belongs to their own piece.
private struct Shared<Result>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Result>
    let body: (Int) -> Result
}

/// Runs `body` for 0 ..< count on all cores and gives the results in order. `body` may write only what belongs to its
/// own piece.
func concurrently<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    if count <= 1 { return (0..<count).map(body) }
    return withoutActuallyEscaping(body) { body in
        [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            let shared = Shared(base: base, body: body)
            DispatchQueue.concurrentPerform(iterations: count) { i in
                (shared.base + i).initialize(to: shared.body(i))
            }
            initialized = count
        }
    }
}

/// The same for a body that may fail: all pieces are tried, and the first failure in their order is thrown.
func attempted<Result, Failure: Error>(
    _ count: Int, _ body: (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    let results = concurrently(count) { i -> Swift.Result<Result, Failure> in
        do throws(Failure) { return .success(try body(i)) } catch { return .failure(error) }
    }
    var out: [Result] = []
    for result in results { out.append(try result.get()) }
    return out
}

/// Runs two bodies on two cores and gives both results. Within another piece of work they may have one core between them.
func both<First, Second>(_ first: () -> First, _ second: () -> Second) -> (First, Second) {
    pairs(1, { _ in first() }, { _ in second() })[0]
}

/// Runs two bodies for 0 ..< count on all cores and gives the results in order.
func pairs<First, Second>(
    _ count: Int, _ first: (Int) -> First, _ second: (Int) -> Second
) -> [(First, Second)] {
    let halves = concurrently(2 * count) { i -> Half<First, Second> in
        i.isMultiple(of: 2) ? .first(first(i / 2)) : .second(second(i / 2))
    }
    return (0..<count).map { i in
        guard case .first(let one) = halves[2 * i], case .second(let other) = halves[2 * i + 1] else {
            preconditionFailure("results are in order")
        }
        return (one, other)
    }
}

private enum Half<First, Second> {
    case first(First)
    case second(Second)
}
