// The way of a bulk edit: chosen rows, what to do, a preview, the change with its undo.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Storage

extension RecordScreens {
    @Sendable func bulk(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let form = try await read(body, schema, nil, caller, context)
        let input = try BulkInput(body, schema, form)
        let records = try await chosen(schema, input, caller)
        func ask(_ problems: [Problem] = []) async throws -> Response {
            let page = try await BulkFormPage.load(
                schema, input, records, problems: problems, reading, caller, formToken: context.formToken)
            return try await frame.page(
                page.title, request, context, status: problems.isEmpty ? .ok : .unprocessableContent,
                content: page.markup)
        }
        guard input.step != .choose, !form.isSearch else { return try await ask() }
        let isPreview = input.step == .preview
        do {
            let edit = BulkEdit(
                records: records, action: try input.bulkAction(schema), reason: input.reason,
                isAllOrNothing: input.isAllOrNothing)
            let report = try await reading.records.bulkEdit(
                schema, edit, isPreview: isPreview, as: caller, request: context.requestID)
            let page = try await BulkReportPage.load(
                schema, input, records, report, isPreview: isPreview, reading, caller, formToken: context.formToken)
            return try await frame.page(page.title, request, context, content: page.markup)
        } catch ServiceError.invalid(let invalid) {
            return try await ask(invalid.problems)
        }
    }

    /// The rows that were ticked, or all that the list's filters find.
    private func chosen(_ schema: AnySchema, _ input: BulkInput, _ caller: Caller) async throws -> [SeenRecord] {
        guard input.takesAll else {
            guard !input.picks.isEmpty else { throw Failure.invalid("pick", text(.bulkNothingChosen)) }
            return input.picks
        }
        var state = try ListState(schema, input.query)
        try await state.resolveTargetWords(reading, caller)
        return try await reading.records.seen(schema, state.filter, as: caller)
    }

    /// Brings back the values of an older version.
    @Sendable func restoreValues(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: schema.label)
        guard let version = body["version"].flatMap({ Int($0) }), let former = body["former"].flatMap({ Int($0) })
        else { throw Failure.invalid("version", text(.meansNothing)) }
        do {
            _ = try await reading.records.restoreValues(
                schema, id, of: former, over: version, as: caller, request: context.requestID)
            return PageReply.see(Link.record(schema, id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await detail(schema, request, context, query: [:], problem: refusal(error, schema))
        }
    }
}
