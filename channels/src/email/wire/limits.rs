//! What a mail may cost.

/// Bounds of reading one mail; `Default` is what the shipped configuration uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Leaves and multiparts in one mail; beyond, it is parked.
    pub parts: usize,
    /// Multiparts within multiparts; beyond, the mail is parked. Each level is one more pass over it.
    pub nesting: usize,
    /// Bytes of one header block that are read.
    pub header: usize,
    /// Open elements within each other; browsers cap at 512, and converters are quadratic in it.
    pub html_depth: usize,
    /// Elements in all that could nest; beyond, the HTML is not converted.
    pub html_elements: usize,
    /// Bytes of text or HTML that are shown; the rest stays in the original.
    pub display: usize,
    /// Ids kept of In-Reply-To and of References.
    pub references: usize,
    /// Addresses kept of To and of Cc.
    pub addresses: usize,
    /// Files kept; the rest stays in the original.
    pub attachments: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parts: 1_000,
            nesting: 20,
            header: 128 * 1024,
            html_depth: 512,
            html_elements: 10_000,
            display: 512 * 1024,
            references: 100,
            addresses: 100,
            attachments: 100,
        }
    }
}
