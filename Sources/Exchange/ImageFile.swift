// What an image is, by its own first bytes: the name and the media type that came with it prove nothing.
package import Foundation

/// A PNG or JPEG image. Its pixels are not decoded; whoever shows it does that.
package struct ImageFile: Sendable, Hashable {
    package enum Format: String, Sendable { case png = "image/png", jpeg = "image/jpeg" }

    package let format: Format
    package let widthPixels: Int
    package let heightPixels: Int
    package let bytes: Data

    /// - Returns: `nil` for what is neither, has no size, or is cut off before its end.
    package init?(_ bytes: Data) {
        let content = [UInt8](bytes)
        if let size = Self.png(content) {
            (format, widthPixels, heightPixels) = (.png, size.width, size.height)
        } else if let size = Self.jpeg(content) {
            (format, widthPixels, heightPixels) = (.jpeg, size.width, size.height)
        } else {
            return nil
        }
        guard widthPixels > 0, heightPixels > 0 else { return nil }
        self.bytes = bytes
    }

    /// Signature, then chunks from `IHDR` to `IEND`, each with length, name, content and checksum (ISO/IEC 15948, 5).
    private static func png(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
        var size: (width: Int, height: Int)?
        var at = 8
        while at + 12 <= bytes.count {
            let length = number(bytes, at, 4)
            guard at + 12 + length <= bytes.count else { return nil }
            let name = bytes[(at + 4)..<(at + 8)]
            if size == nil {
                guard name.elementsEqual("IHDR".utf8), length == 13 else { return nil }
                size = (number(bytes, at + 8, 4), number(bytes, at + 12, 4))
            } else if name.elementsEqual("IEND".utf8) {
                return size
            }
            at += 12 + length
        }
        return nil
    }

    /// Segments up to the first scan; the frame header among them has the size (ISO/IEC 10918-1, B.1 and B.2).
    private static func jpeg(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) else { return nil }
        var size: (width: Int, height: Int)?
        var at = 2
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            if marker == 0xFF { at += 1; continue }
            let length = number(bytes, at + 2, 2)
            guard length >= 2, at + 2 + length <= bytes.count else { return nil }
            if marker == 0xDA {
                // The scan follows, and then the end of the image.
                return bytes.lastRange(of: [0xFF, 0xD9]) == nil ? nil : size
            }
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                guard length >= 8 else { return nil }
                size = (number(bytes, at + 7, 2), number(bytes, at + 5, 2))
            }
            at += 2 + length
        }
        return nil
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        bytes[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
    }
}

extension [UInt8] {
    /// Where a pair of bytes stands last.
    fileprivate func lastRange(of pair: [UInt8]) -> Int? {
        indices.dropLast().last { self[$0] == pair[0] && self[$0 + 1] == pair[1] }
    }
}
