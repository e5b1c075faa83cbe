// The icons, drawn once a page in a hidden sprite and used by reference: that works under a strict
// Content-Security-Policy, in fragments that arrive later, and lets the colours follow the theme.

/// An icon on a grid of 16. The raw value is its name in the sprite.
package enum Icon: String, CaseIterable, Sendable {
    case conform, partly, nonconform, notApplicable = "na", unknown, both, aims, isms, search, menu, close
    case overview, organisation, objectives, assessment = "assess", gaps, controls, applicability = "soa"
    case crosswalk, policy, attest, aiSystem = "ai", assets, risk, monitor, detection, oversight, evidence, audit
    case finding, ledger, tasks, settings, sortDown = "down", arrowRight = "right", answerConform = "a1"
    case answerPartly = "a2", answerNonconform = "a3", answerUnknown = "a4", answerNotApplicable = "a5", check
    case clock, alert, info, sync, plus, download = "csv", chevron, dot, seal, key, offline, play, sortUp = "up"

    /// The drawing inside the symbol.
    private var shape: StaticString {
        switch self {
        case .conform:
            """
            <circle cx="8" cy="8" r="7" fill="currentColor"/>
            <path class="cut" d="M4.7 8.3 7 10.6l4.4-4.9" fill="none" stroke-width="1.8"
            stroke-linecap="round" stroke-linejoin="round"/>
            """
        case .partly:
            """
            <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/>
            <path d="M8 1.8a6.2 6.2 0 0 0 0 12.4z" fill="currentColor"/>
            """
        case .nonconform:
            """
            <path d="M8 .4 15.6 8 8 15.6.4 8z" fill="currentColor"/>
            <path class="cut" d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2" fill="none" stroke-width="1.7"
            stroke-linecap="round"/>
            """
        case .notApplicable:
            """
            <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5"/>
            <path d="M5 8h6" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>
            """
        case .unknown:
            """
            <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.3"
            stroke-dasharray="2.6 2.1"/>
            <path d="M6.3 6.5c.1-1 .8-1.6 1.8-1.6s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.6" fill="none"
            stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>
            <circle cx="8.1" cy="11.2" r=".9" fill="currentColor"/>
            """
        case .both:
            """
            <circle cx="5.8" cy="8" r="4.3" fill="currentColor" fill-opacity=".28"/>
            <circle cx="10.2" cy="8" r="4.3" fill="currentColor" fill-opacity=".28"/>
            """
        case .aims:
            """
            <circle cx="5.8" cy="8" r="4.3" fill="currentColor" fill-opacity=".55"/>
            <circle cx="10.2" cy="8" r="4.3" stroke-dasharray="1.6 1.9"/>
            """
        case .isms:
            """
            <circle cx="5.8" cy="8" r="4.3" stroke-dasharray="1.6 1.9"/>
            <circle cx="10.2" cy="8" r="4.3" fill="currentColor" fill-opacity=".55"/>
            """
        case .search: #"<circle cx="7" cy="7" r="4.6"/><path d="m10.6 10.6 3.4 3.4"/>"#
        case .menu: #"<path d="M2 4h12M2 8h12M2 12h12"/>"#
        case .close: #"<path d="m3.5 3.5 9 9m0-9-9 9"/>"#
        case .overview: #"<path d="M2 3h12M2 8h8M2 13h10"/>"#
        case .organisation: #"<path d="M3 14V3h6v11M9 7h4v7M5.5 6h1M5.5 9h1M2 14h12"/>"#
        case .objectives: #"<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.3"/>"#
        case .assessment: #"<path d="m2 4 1.3 1.3L5.6 3M2 11l1.3 1.3L5.6 10M8.5 4.2H14M8.5 11.2H14"/>"#
        case .gaps: #"<path d="M2 8h3m6 0h3M7 4 5 12m6-8-2 8"/>"#
        case .controls:
            """
            <path d="M2 4.5h7m3 0h2M2 11.5h2m3 0h7"/>
            <circle cx="10.5" cy="4.5" r="1.7"/>
            <circle cx="5.5" cy="11.5" r="1.7"/>
            """
        case .applicability: #"<path d="M4 1.8h6l2.5 2.6V14.2H4zM6 7h4.5M6 9.5h4.5M6 12h2.5"/>"#
        case .crosswalk: #"<path d="M2 4.5h9m-2.5-2.5L11 4.5 8.5 7M14 11.5H5M7.5 9 5 11.5 7.5 14"/>"#
        case .policy: #"<path d="M3.5 2h9v12l-4.5-2.6L3.5 14z"/>"#
        case .attest:
            """
            <path d="M2.5 9.2c2-3 3-4.5 4-4.5 1.6 0-.8 6 .6 6 1 0 1.4-2 2.3-2 .8 0 .6 1.6 1.6 1.6.8 0
            1.4-.8 2.5-1.4M2.5 13.5h11"/>
            """
        case .aiSystem:
            """
            <rect x="3.5" y="3.5" width="9" height="9" rx="2"/>
            <path d="M6.5 1.5v2m3-2v2m-3 9v2m3-2v2m-8-8h2m-2 3h2m9-3h2m-2 3h2"/>
            """
        case .assets: #"<path d="M2 4.6 8 2l6 2.6L8 7.3zM2 8l6 2.7L14 8M2 11.3 8 14l6-2.7"/>"#
        case .risk: #"<path d="M8 2.2 14.4 13.4H1.6zM8 6.5v3.3"/><circle cx="8" cy="11.6" r=".4"/>"#
        case .monitor: #"<path d="M1.8 9h2.7l2-5.5 3 9 2-5.5 .8 2h2"/>"#
        case .detection: #"<path d="M8 1.8 13 3.6v4c0 3.2-2 5.4-5 6.6-3-1.2-5-3.4-5-6.6v-4z"/>"#
        case .oversight:
            """
            <path d="M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8z"/>
            <circle cx="8" cy="8" r="1.9"/>
            """
        case .evidence: #"<path d="M5 8.5 9 4.4a2.3 2.3 0 0 1 3.3 3.3l-5.2 5.2a3.4 3.4 0 0 1-4.9-4.9L7 3.2"/>"#
        case .audit: #"<circle cx="6.5" cy="6.5" r="4.3"/><path d="m9.8 9.8 4 4M4.8 6.6l1.2 1.2 2.2-2.4"/>"#
        case .finding: #"<path d="M3.5 14.5v-12m0 .5h8.3l-1.6 2.8 1.6 2.8H3.5"/>"#
        case .ledger:
            """
            <circle cx="8" cy="3" r="1.6"/>
            <circle cx="4" cy="8" r="1.6"/>
            <circle cx="12" cy="8" r="1.6"/>
            <circle cx="4" cy="13" r="1.3"/>
            <circle cx="12" cy="13" r="1.3"/>
            <path d="M7 4.3 5 6.7m4-2.4 2 2.4m-7 3v2m8-2v2"/>
            """
        case .tasks: #"<rect x="2.5" y="2.5" width="11" height="11" rx="2"/><path d="m5.3 8.2 1.9 1.9 3.6-4"/>"#
        case .settings:
            """
            <circle cx="8" cy="8" r="2.2"/>
            <path d="M8 1.8v2m0 8.4v2M1.8 8h2m8.4 0h2M3.6 3.6 5 5m6 6 1.4 1.4m0-8.8L11 5M5 11l-1.4 1.4"/>
            """
        case .sortDown: #"<path d="M8 2.5v10m-4-4 4 4.2 4-4.2"/>"#
        case .arrowRight: #"<path d="M2.5 8h10.5m-4-4 4.2 4-4.2 4"/>"#
        case .answerConform: #"<path d="m3.2 8.5 3.2 3.2 6.4-7.2" stroke-width="1.7"/>"#
        case .answerPartly:
            """
            <circle cx="8" cy="8" r="5.4"/>
            <path d="M8 2.6a5.4 5.4 0 0 0 0 10.8z" fill="currentColor"/>
            """
        case .answerNonconform: #"<path d="m4 4 8 8m0-8-8 8" stroke-width="1.7"/>"#
        case .answerUnknown:
            """
            <path d="M5.6 5.9c.1-1.5 1.1-2.3 2.5-2.3s2.4.8 2.4 2.1c0 1.8-2.4 1.9-2.4 3.9"
            stroke-width="1.6"/>
            <circle cx="8.1" cy="12.3" r=".5" fill="currentColor"/>
            """
        case .answerNotApplicable: #"<path d="M3.6 8h8.8" stroke-width="1.7"/>"#
        case .check: #"<path d="m2.8 8.6 3.3 3.3 7-7.8"/>"#
        case .clock: #"<circle cx="8" cy="8" r="6.2"/><path d="M8 4.4V8l2.4 1.6"/>"#
        case .alert: #"<path d="M8 2 14.6 13.6H1.4zM8 6.4v3.2"/><circle cx="8" cy="11.5" r=".4"/>"#
        case .info: #"<circle cx="8" cy="8" r="6.2"/><path d="M8 7.3v3.6"/><circle cx="8" cy="5" r=".4"/>"#
        case .sync:
            """
            <path d="M13 6.2A5.4 5.4 0 0 0 3.3 5M3 2.4V5.2h2.8M3 9.8a5.4 5.4 0 0 0 9.7 1.2m.3
            2.6v-2.8h-2.8"/>
            """
        case .plus: #"<path d="M8 3v10M3 8h10"/>"#
        case .download: #"<path d="M8 2v8m-3-3 3 3.2L11 7M2.5 13.5h11"/>"#
        case .chevron: #"<path d="m4 6 4 4 4-4"/>"#
        case .dot: #"<circle cx="8" cy="8" r="2" fill="currentColor"/>"#
        case .seal:
            """
            <circle cx="8" cy="6.4" r="4.4"/>
            <path d="m6.2 6.5 1.3 1.3L10 5.2M5.6 10.3 4.8 14.4 8 12.8l3.2 1.6-.8-4.1"/>
            """
        case .key: #"<circle cx="5" cy="8" r="3"/><path d="M8 8h6.2v2.4M11.4 8v2"/>"#
        case .offline:
            """
            <path d="M2 2l12 12M4.6 8.3a5 5 0 0 1 2-1.3m3 .2a5 5 0 0 1 1.8 1.1M2.3 5.9A8.6 8.6 0 0 1 5
            4.2m3-.6a8.6 8.6 0 0 1 5.7 2.3"/>
            <circle cx="8" cy="11.6" r=".6"/>
            """
        case .play: #"<path d="M4.5 3v10l8-5z"/>"#
        case .sortUp: #"<path d="M8 13.5v-10m-4 4 4-4.2 4 4.2"/>"#
        }
    }

    /// True for the signs that bring their own fill and stroke; the others are lines.
    private var isSolid: Bool {
        switch self {
        case .conform, .partly, .nonconform, .notApplicable, .unknown: true
        default: false
        }
    }

    /// The sprite with every icon and with the two patterns that bars and charts use: hatch says unknown, stripes say
    /// partly. It belongs once at the start of a page and is never `display: none`, which would switch patterns off.
    package static let sprite = Markup(capacityBytes: 16_384) { html in
        html.raw(
            """
            <svg class="sprite" aria-hidden="true" focusable="false"><defs>\
            <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
            <rect class="p-hatch-ground" width="5" height="5"/>\
            <line class="p-hatch" x1="0.7" y1="0" x2="0.7" y2="5"/></pattern>\
            <pattern id="stripe" width="4" height="4" patternUnits="userSpaceOnUse">\
            <rect class="p-stripe-ground" width="4" height="4"/>\
            <line class="p-stripe" x1="3.3" y1="0" x2="3.3" y2="4"/></pattern></defs>
            """)
        for icon in allCases {
            html.raw("<symbol viewBox=\"0 0 16 16\" id=\"i-")
            html.text(icon.rawValue)
            html.raw("\">")
            if !icon.isSolid {
                html.raw("<g fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.4\"")
                html.raw(" stroke-linecap=\"round\" stroke-linejoin=\"round\">")
            }
            html.raw(icon.shape)
            if !icon.isSolid { html.raw("</g>") }
            html.raw("</symbol>")
        }
        html.raw("</svg>")
    }
}

extension HTML {
    /// Writes an icon by reference to the sprite. It is decoration: the word stands beside it.
    package mutating func icon(_ icon: Icon, isSmall: Bool = false) {
        raw(isSmall ? "<svg class=\"ico s\"" : "<svg class=\"ico\"")
        raw(" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#i-")
        text(icon.rawValue)
        raw("\"/></svg>")
    }
}

extension Markup {
    /// An icon by reference to the sprite. It is decoration: the word stands beside it.
    package static func icon(_ icon: Icon, isSmall: Bool = false) -> Markup {
        Markup(capacityBytes: 96) { $0.icon(icon, isSmall: isSmall) }
    }
}
