// What counts as an image: what its own bytes say, never its name.
import Exchange
import Foundation
import Testing

@Suite struct ImageFileTests {
    private static func bytes(_ base64: String) throws -> Data { try #require(Data(base64Encoded: base64)) }
    /// One red pixel.
    private static let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

    /// A JPEG's markers around a scan of one byte: a frame of 3 by 2 pixels.
    private static func jpeg(withScan: Bool = true) -> Data {
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x04, 0x4A, 0x46]
        bytes += [0xFF, 0xC0, 0x00, 0x0B, 0x08, 0x00, 0x02, 0x00, 0x03, 0x01, 0x01, 0x11, 0x00]
        if withScan { bytes += [0xFF, 0xDA, 0x00, 0x02, 0x55, 0xFF, 0xD9] }
        return Data(bytes)
    }

    @Test func aPNGAndAJPEGSayTheirSize() throws {
        let png = try #require(ImageFile(try Self.bytes(Self.png)))
        #expect(png.format == .png && png.widthPixels == 1 && png.heightPixels == 1)
        let jpeg = try #require(ImageFile(Self.jpeg()))
        #expect(jpeg.format == .jpeg && jpeg.widthPixels == 3 && jpeg.heightPixels == 2)
    }

    @Test func whatIsCutOffIsNoImage() throws {
        let whole = try Self.bytes(Self.png)
        for length in 0..<whole.count where length < whole.count {
            #expect(ImageFile(whole.prefix(length)) == nil, "\(length) bytes")
        }
        let jpeg = Self.jpeg()
        for length in 0..<jpeg.count { #expect(ImageFile(jpeg.prefix(length)) == nil, "\(length) bytes") }
        #expect(ImageFile(Self.jpeg(withScan: false)) == nil)
    }

    @Test(arguments: [
        "", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "GIF89a\u{1}\u{0}\u{1}\u{0}",
        "<!doctype html><html></html>", "%PDF-1.7",
    ])
    func otherContentIsNoImage(_ content: String) {
        #expect(ImageFile(Data(content.utf8)) == nil)
    }

    @Test func anImageWithoutAnySideIsNone() throws {
        var bytes = try Self.bytes(Self.png)
        bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        #expect(ImageFile(bytes) == nil)
    }
}
