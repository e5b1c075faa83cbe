// Where the files of an installation are kept, and whether they are sealed.
package import Foundation
package import RecordKit
package import S3Storage
package import Storage

/// The choice of an operator: the data folder or a bucket, sealed or not.
package struct FilesPlace: Sendable {
    /// A bucket with the keys to it.
    package struct Bucket: Sendable {
        package let location: S3Location
        package let credentials: S3Credentials
        package init(_ location: S3Location, _ credentials: S3Credentials) {
            (self.location, self.credentials) = (location, credentials)
        }
    }
    /// `nil` for the data folder.
    package var bucket: Bucket?
    /// `nil` if files are not sealed.
    package var key: FileKey?
    package init(bucket: Bucket? = nil, key: FileKey? = nil) { (self.bucket, self.key) = (bucket, key) }

    /// The files beside whichever server has the folder.
    /// - Throws: what the folder, the bucket or the key has against it.
    package func store(in folder: URL, now: @escaping @Sendable () -> Instant) async throws -> any BlobStore {
        try await SealingBlobStore.opened(over: raw(in: DataFolder(folder, isShared: true), now: now), key: key)
    }

    func raw(in folder: DataFolder, now: @escaping @Sendable () -> Instant) throws -> any RawBlobs {
        guard let bucket else { return MeasuredBlobs(try FolderBlobs(folder.blobs)) }
        return MeasuredBlobs(
            S3Blobs(S3Client(bucket.location, bucket.credentials, now: now), spool: folder.uploads))
    }
}
