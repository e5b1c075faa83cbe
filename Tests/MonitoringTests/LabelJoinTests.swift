// Labels that come later: which rows get one, and what is said of the rest.
import Foundation
import Monitoring
import Statistics
import Testing

@Suite struct LabelJoinTests {
    private func join(_ data: String, _ labels: String) throws -> LabelJoin {
        try LabelJoin(
            data: csv(data) { $0 == "id" ? .category : .numeric }, labels: csv(labels) { _ in .category }, id: "id",
            label: "y")
    }

    @Test func everyRowGetsTheLabelOfItsID() throws {
        let found = try join(
            "id,s\nb,0.9\na,0.1\nc,0.5\n,0.4\nd,0.2\n", "id,y\na,0\nz,1\nb,1\nz,1\nc,\n,1\nb,1\nyy,0\n")
        #expect(found.table["y"]?.numbers?.map { $0.isNaN ? -1 : $0 } == [1, 0, -1, -1, -1])
        #expect(found.joined == 2 && found.waiting == 2 && found.withoutID == 1)
        #expect(found.unknown == 3 && found.unknownNamed == ["yy", "z"])
        #expect(found.repeated == 2 && found.labelsWithoutID == 1)
        #expect(found.report["waiting"] == .integer(2) && found.report["unknown_ids"] == .integer(3))
        #expect(found.table["y"]?.nulls == 3 && found.table.rows == 5)
        let columns = try BinaryColumns(table: found.table, label: "y", prediction: nil, score: "s")
        #expect(columns.sample.labels == [true, false] && columns.incomplete == 3)
    }

    @Test func aLabelThatWasNullMayComeLater() throws {
        let found = try join("id,s\na,0.1\nb,0.2\n", "id,y\na,\na,1\nb,0\nb,\n")
        #expect(found.joined == 2 && found.waiting == 0 && found.repeated == 0)
    }

    @Test(arguments: [
        ("id,s\na,1\na,0\n", "id,y\na,1\n", "t.csv (id): 1 ids stand twice: \"a\""),
        ("id,s\na,1\nb,0\n", "id,y\na,1\nb,0\na,0\n", "t.csv (id): labels contradict each other for 1 ids: \"a\""),
        ("id,s\na,1\nb,0\n", "id,y\nc,1\n", "t.csv (id): no label belongs to a row of t.csv"),
        ("id,s\na,1\n", "key,y\na,1\n", "t.csv: there is no column \"id\""),
        ("id,s\na,1\n", "id,z\na,1\n", "t.csv: there is no column \"y\""),
        ("id,y\na,1\n", "id,y\na,1\n", "t.csv: the column \"y\" is in the data and in the labels"),
    ])
    func whatCannotBeJoinedIsToldApart(_ data: String, _ labels: String, _ message: String) {
        let error = #expect(throws: TableError.self) { try join(data, labels) }
        #expect(error?.description == message)
    }

    @Test func theCountsStandInEveryForm() throws {
        let found = try join(
            "id,s\n" + (0..<40).map { "\($0),0.\($0 % 10)\n" }.joined(),
            "id,y\n" + (0..<35).map { "\($0),\($0 % 2)\n" }.joined() + "x,1\n")
        let columns = try BinaryColumns(table: found.table, label: "y", prediction: nil, score: "s")
        let measurement = try MeasurementReport(
            measure: "performance", inputs: [.init(found.table), found.input],
            result: Performance.binary(columns.sample), rules: [], labelJoin: found.report)
        #expect(measurement.report["label_join"]?["joined"] == .integer(35))
        #expect(TextReport.text(measurement).contains("labels: joined 35, waiting 5"))
        #expect(HTMLReport.html(measurement).contains("<td>waiting</td><td>5</td>"))
    }

    @Test func classesStayTexts() throws {
        let found = try join("id,p\na,1\nb,2\n", "id,y\na,cat\nb,dog\n")
        #expect(found.table["y"]?.numbers == nil && found.table["y"]?.categories == ["cat", "dog"])
    }
}
