// The English texts of the API's reference page. What a call does is said where the call is made, by the API itself.

extension Text {
    package static let apiTitle = Text("API")
    package static let apiLead = Text(
        "Everything that the pages do, programs can do, too. Make a token under Settings and send it as a bearer token."
    )
    package static let apiDocument = Text("OpenAPI document")
    package static let apiContents = Text("Contents")
    package static let apiRecordTypes = Text("Record types")
    package static let apiReference = Text("API reference")
    package static let apiParameters = Text("Parameters")
    package static let apiFields = Text("Fields")
    package static let apiAnswers = Text("Answers")
    package static let apiName = Text("Name")
    package static let apiKind = Text("Kind")
    package static let apiMeaning = Text("Meaning")
    package static let apiRequired = Text("required")
}
