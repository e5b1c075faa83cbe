// What the API's reference page shows: plain words about each call, made by the API from its own routes.

/// The whole reference.
package struct APIReference: Sendable {
    /// One parameter of a call, or one field of a record type.
    package struct Item: Sendable {
        package let name: String
        /// Such as "query, text" or "one of draft, open".
        package let kind: String
        package let isRequired: Bool
        package let words: String
        package init(name: String, kind: String, isRequired: Bool, words: String) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.words = words
        }
    }

    package struct Call: Sendable {
        /// The id of its place on the page, which is the id of the operation in the OpenAPI document.
        package let anchor: String
        package let method: String
        package let path: String
        package let summary: String
        package let words: String
        package let items: [Item]
        /// A command that makes the call.
        package let curl: String
        /// Status with what it means, good ones first.
        package let answers: [(status: Int, words: String)]
        package init(
            anchor: String, method: String, path: String, summary: String, words: String, items: [Item], curl: String,
            answers: [(status: Int, words: String)]
        ) {
            self.anchor = anchor
            self.method = method
            self.path = path
            self.summary = summary
            self.words = words
            self.items = items
            self.curl = curl
            self.answers = answers
        }
    }

    /// Calls that belong together.
    package struct Group: Sendable {
        package let anchor: String
        package let title: String
        package let words: String
        package let calls: [Call]
        package init(anchor: String, title: String, words: String, calls: [Call]) {
            self.anchor = anchor
            self.title = title
            self.words = words
            self.calls = calls
        }
    }

    /// A record type: its collection's path, and its fields.
    package struct Collection: Sendable {
        package let anchor: String
        package let title: String
        package let path: String
        package let words: String
        package let fields: [Item]
        package init(anchor: String, title: String, path: String, words: String, fields: [Item]) {
            self.anchor = anchor
            self.title = title
            self.path = path
            self.words = words
            self.fields = fields
        }
    }

    package let groups: [Group]
    package let collections: [Collection]
    /// Where the OpenAPI document is.
    package let documentPath: String
    package init(groups: [Group], collections: [Collection], documentPath: String) {
        self.groups = groups
        self.collections = collections
        self.documentPath = documentPath
    }
}
