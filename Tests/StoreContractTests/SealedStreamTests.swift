import Crypto
import Foundation
import Storage
import TestKit
import Testing

@Suite struct SealedStreamTests {
    private static let pieceBytes = 64
    private let secret = SymmetricKey(data: Array(repeating: 7 as UInt8, count: 32))
    private let salt = [UInt8](1...32)
    private let header = Array("a header".utf8)

    private func sealed(_ bytes: [UInt8], partsOf count: Int = 17) throws -> Data {
        var sealer = SealedStream.Sealer(secret: secret, salt: salt, header: header, pieceBytes: Self.pieceBytes)
        var made = Data()
        for start in stride(from: 0, to: bytes.count, by: count) {
            made.append(try sealer.append(bytes[start..<min(start + count, bytes.count)]))
        }
        made.append(try sealer.finish())
        return made
    }

    private func opened(
        _ bytes: Data, partsOf count: Int = 23, secret: SymmetricKey? = nil, salt: [UInt8]? = nil,
        header: [UInt8]? = nil
    ) throws -> [UInt8] {
        var opener = SealedStream.Opener(
            secret: secret ?? self.secret, salt: salt ?? self.salt, header: header ?? self.header,
            pieceBytes: Self.pieceBytes)
        let all = [UInt8](bytes)
        var made = Data()
        for start in stride(from: 0, to: all.count, by: count) {
            made.append(try opener.append(all[start..<min(start + count, all.count)]))
        }
        made.append(try opener.finish())
        return [UInt8](made)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 129, 1_000])
    func whatWasSealedOpensWhateverThePartsAre(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sealed = try sealed(bytes)
        #expect(sealed.count == SealedStream.sealedCount(count, pieceBytes: Self.pieceBytes))
        for parts in [1, 16, 80, 81, 5_000] { #expect(try opened(sealed, partsOf: parts) == bytes) }
        #expect(try self.sealed(bytes, partsOf: 1) == sealed)
    }

    @Test func everyChangedByteIsSeen() throws {
        let sealed = try sealed([UInt8](repeating: 65, count: 200))
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(throws: SealedStreamError.damaged(piece: UInt64(position / 80))) { try opened(changed) }
        }
    }

    @Test func noPieceCanBeCutOffLeftOutRepeatedOrMoved() throws {
        let sealed = try sealed([UInt8](repeating: 65, count: 64 * 4))
        let pieces = stride(from: 0, to: sealed.count, by: 80).map { sealed[$0..<$0 + 80] }
        #expect(pieces.count == 4)
        for count in 0..<sealed.count {
            #expect(throws: SealedStreamError.self) { try opened(sealed.prefix(count)) }
        }
        for others in [[0, 2, 3], [0, 1, 1, 2, 3], [1, 0, 2, 3], [0, 1, 2], [0, 1, 2, 3, 3], [3]] {
            #expect(throws: SealedStreamError.self) { try opened(others.reduce(Data()) { $0 + pieces[$1] }) }
        }
    }

    @Test func otherKeysOpenNothing() throws {
        let sealed = try sealed([1, 2, 3])
        #expect(try opened(sealed) == [1, 2, 3])
        let other = SymmetricKey(data: Array(repeating: 8 as UInt8, count: 32))
        #expect(throws: SealedStreamError.damaged(piece: 0)) { try opened(sealed, secret: other) }
        #expect(throws: SealedStreamError.damaged(piece: 0)) { try opened(sealed, salt: [UInt8](2...33)) }
        #expect(throws: SealedStreamError.damaged(piece: 0)) { try opened(sealed, header: Array("another".utf8)) }
    }
}
