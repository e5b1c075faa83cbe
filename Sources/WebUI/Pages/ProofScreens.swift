// The page of one entry: what was recorded, and why nobody can have changed it since, in plain words.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import MerkleLog
import NIOCore
import RecordKit
import Records
import Storage

/// The pages of entries.
package struct ProofScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.entry.rawValue), use: entry)
        router.get(RouterPath(Link.Route.entryProof.rawValue), use: proof)
        router.get(RouterPath(Link.Route.entryLeaf.rawValue), use: leaf)
    }

    private func read(_ context: ConcordContext) async throws -> (LedgerReading.Entry, Caller) {
        let caller = try frame.caller(context)
        guard let index = Int(try context.path("index")) else { throw Failure(ServiceError.notFound(text(.index))) }
        return (try await services.ledgerReading.entry(index, as: caller), caller)
    }

    @Sendable private func entry(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let (entry, caller) = try await read(context)
        let page = ProofPage(
            entry: entry, verifierKey: try services.ledger.verifierKey(caller.organisation), zone: caller.timeZone,
            packToken: PackService.mayExport(caller) ? context.formToken : nil)
        return try await frame.page(text(.entryNumber(entry.index)), request, context, content: page.markup)
    }

    @Sendable private func proof(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let (entry, _) = try await read(context)
        guard let proof = entry.proof else {
            throw Failure(ServiceError.conflict(.state(text(.proofNotSignedWhy))))
        }
        let file = InclusionProofFile(
            index: entry.index, hashes: proof.path.hashes, checkpoint: proof.checkpoint.note)
        return Self.file(Array(file.text.utf8), "entry-\(entry.index).tlog-proof")
    }

    @Sendable private func leaf(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let (entry, _) = try await read(context)
        return Self.file(entry.bytes, "entry-\(entry.index).json")
    }

    private static func file(_ bytes: [UInt8], _ name: String) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        headers[.contentDisposition] = FileAnswer.disposition(name)
        headers[.cacheControl] = "private, no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// All that the page of an entry shows.
struct ProofPage {
    let entry: LedgerReading.Entry
    let verifierKey: String
    let zone: TimeZone
    /// The secret of the form that exports a pack with this record; `nil` for those who may not.
    let packToken: String?

    private var leaf: Leaf { entry.leaf }
    private var schema: AnySchema? { Registry.schema(named: leaf.object.type) }
    private var time: String { Instant(millisecondsSince1970: leaf.timeMilliseconds).words(in: zone) }
    private var actor: String {
        entry.actorName ?? (leaf.actor.kind == "operator" ? text(.byOperator(signedIn)) : text(.productName))
    }
    /// The way of signing in, without the id of a token.
    private var signedIn: String {
        let parts = leaf.actor.auth.split(separator: ":", maxSplits: 1).map(String.init)
        return leaf.actor.kind == "operator" ? parts.last ?? "" : (parts.first ?? "").asLabel
    }
    private var object: String {
        let label = schema?.label ?? leaf.object.type.asLabel
        let named = entry.title.map { "\(label) “\($0)”" } ?? label
        return leaf.object.version > 0 ? text(.objectOf(named, leaf.object.version)) : named
    }
    private var recordHref: String? {
        guard let schema, entry.title != nil, let id = UUID(uuidString: leaf.object.id) else { return nil }
        return Link.record(schema, id, ["asOf": String(entry.index)]).href
    }

    var markup: Markup {
        let lead = text(.proofSentence(actor, leaf.action.asLabel, object, time))
        return Markup(capacityBytes: 16_384) { html in
            html.add(
                .pageHeader(
                    text(.entryNumber(entry.index)), crumbs: [Crumb(text(.ledger), Link.ledger().href)], lead: lead))
            html.raw("<div class=\"stack\">")
            html.add(.card(id: "recorded", title: text(.proofRecorded), footer: actions, recorded))
            html.add(.card(id: "content", title: text(.proofContent), content))
            html.add(.card(id: "path", title: text(.proofPath), footer: downloads, path))
            html.add(.card(id: "meaning", title: text(.whatItProves), meaning))
            html.raw("</div>")
        }
    }

    private var recorded: Markup {
        .descriptionList([
            (text(.action), .escaped(leaf.action.asLabel)),
            (text(.object), recordHref.map { .link(object, $0) } ?? .isolated(object)),
            (text(.proofWho), .isolated(actor)), (text(.proofWhen), .escaped(time)),
            (text(.proofSignedIn), .escaped(signedIn)),
        ])
    }

    private var actions: Markup? {
        guard let recordHref else { return nil }
        var pack: Markup?
        if let packToken {
            pack = """
                <form method="post" action="\(Link.pack.href)">\(raw: .hidden("csrf", packToken))\
                \(raw: .hidden("records", leaf.object.type + "/" + leaf.object.id))\
                \(raw: .submitButton(text(.proofPack)))</form>
                """
        }
        return "<span class=\"cluster\">\(raw: .linkButton(text(.proofSeeThen), recordHref))\(raw: pack)</span>"
    }

    private var content: Markup {
        switch entry.content {
        case .fits: explained(.conform, .proofFits, .proofFitsWhy)
        case .differs: explained(.nonconform, .proofDiffers, .proofDiffersWhy)
        case .erased: explained(.notApplicable, .proofErased, .proofErasedWhy)
        case .none: "<p>\(Text.proofNoContent)</p>"
        }
    }

    private func explained(_ tone: Tone, _ word: Text, _ why: Text) -> Markup {
        "<p>\(raw: .status(tone, text(word)))</p><p>\(why)</p>"
    }

    private var path: Markup {
        guard let proof = entry.proof, let root = Hash(proof.checkpoint.root) else {
            return explained(.unknown, .proofNotSigned, .proofNotSignedWhy)
        }
        let isIncluded = MerkleTree.verifyInclusion(
            leafHash: MerkleTree.leafHash(entry.bytes), index: entry.index, size: proof.checkpoint.size, root: root,
            proof: proof.path.hashes)
        let signedAt = text(.proofCheckpoint(proof.checkpoint.size, proof.checkpoint.at.words(in: zone)))
        return Markup { html in
            html.add(
                "<p>\(raw: .status(isIncluded ? .conform : .nonconform, text(isIncluded ? .proofTrue : .proofFalse)))</p>"
            )
            html.add("<ol class=\"list\"><li><span>\(Text.proofLeafStep)<br>")
            html.add("\(raw: .mono(proof.path.leafHash.hex))</span></li>")
            html.add("<li><span>\(Text.proofPathStep(proof.path.hashes.count))</span></li>")
            html.add("<li><span>\(Text.proofRootStep)<br>\(raw: .mono(root.hex))</span></li>")
            html.add("<li><span>\(Text.proofSignStep) \(signedAt)</span></li></ol>")
            let hashes: Markup = .each(proof.path.hashes, separator: "<br>") { .mono($0.hex) }
            if !proof.path.hashes.isEmpty {
                html.add(.disclosure(text(.proofHashes), "<p>\(raw: hashes)</p>"))
            }
            html.add(
                .disclosure(
                    text(.proofEntryBytes),
                    preformatted(String(decoding: entry.bytes, as: UTF8.self), label: .proofEntryBytes)))
            html.add(.disclosure(text(.signedNote), preformatted(proof.checkpoint.note, label: .signedNote)))
            html.add(.disclosure(text(.verifierKey), "<p>\(raw: .mono(verifierKey))</p>"))
        }
    }

    private func preformatted(_ content: String, label: Text) -> Markup {
        """
        <div class="scroll" tabindex="0" role="group" aria-label="\(label)"><pre class="mono">\
        \(content)</pre></div>
        """
    }

    private var downloads: Markup {
        let proof: Markup? = entry.proof.map { _ in
            .linkButton(text(.proofDownload), Link.entryProof(entry.index).href)
        }
        return """
            <p class="meta">\(Text.proofDownloadNote)</p><span class="cluster">\(raw: proof)\
            \(raw: .linkButton(text(.proofDownloadLeaf), Link.entryLeaf(entry.index).href))</span>
            """
    }

    private var meaning: Markup {
        let points: ([Text]) -> Markup = { texts in
            "<ul class=\"list\">\(raw: .each(texts) { "<li><span>\($0)</span></li>" })</ul>"
        }
        return """
            <h3>\(Text.proofShowsOf)</h3>\(raw: points(Text.proofShows))\
            <h3 class="mt">\(Text.proofShowsNotOf)</h3>\(raw: points(Text.proofShowsNot))
            """
    }
}
