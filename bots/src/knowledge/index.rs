//! The articles, searchable: an index in memory for each language.

use std::collections::{BTreeMap, BTreeSet};

use model::Language;
use model::event::Citation;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexReader, TantivyDocument, Term};

use super::confidence::Weights;
use super::tokens::{analyzer, stems};
use super::{Answer, Article, KnowledgeError, Passage, Threshold};

/// Bytes a writer may hold while the index is built: the least there may be.
const WRITER_MEMORY: usize = 15_000_000;
/// Passages looked at for one question.
const CANDIDATES: usize = 8;
/// Stems of a question that count.
const MOST_STEMS: usize = 64;
const TOKENIZER: &str = "language";

/// All articles, by language.
pub struct Knowledge {
    shelves: BTreeMap<Language, Shelf>,
}

/// The articles of one language.
struct Shelf {
    reader: IndexReader,
    body: Field,
    place: Field,
    passages: Vec<Kept>,
    weights: Weights,
    analyzer: TextAnalyzer,
}

struct Kept {
    citation: Citation,
    heading: String,
    text: String,
    stems: BTreeSet<String>,
}

impl Knowledge {
    pub fn build(articles: Vec<Article>) -> Result<Self, KnowledgeError> {
        let mut by_language: BTreeMap<Language, Vec<Article>> = BTreeMap::new();
        let mut names = BTreeSet::new();
        for article in articles {
            if !names.insert(article.name.clone()) {
                return Err(KnowledgeError::Duplicate(article.name));
            }
            by_language.entry(article.language.clone()).or_default().push(article);
        }
        let shelves = by_language.into_iter().map(|(language, articles)| {
            let shelf = Shelf::build(&language, &articles);
            shelf.map(|shelf| (language, shelf)).map_err(|error| KnowledgeError::Index(error.to_string()))
        });
        Ok(Self { shelves: shelves.collect::<Result<_, _>>()? })
    }

    /// Passages for a question in a language, the surest first.
    pub fn search(&self, question: &str, language: &Language) -> Vec<Passage> {
        self.shelves.get(language).map(|shelf| shelf.search(question)).unwrap_or_default()
    }

    /// The surest passage, if it reaches the threshold; at most `length` characters.
    pub fn answer(
        &self,
        question: &str,
        language: &Language,
        threshold: Threshold,
        length: usize,
    ) -> Option<Answer> {
        let best = self.search(question, language).into_iter().next()?;
        (best.confidence >= threshold.0).then(|| Answer {
            text: shorten(&best.text, length),
            citation: best.citation,
            confidence: best.confidence,
        })
    }
}

impl Shelf {
    fn build(language: &Language, articles: &[Article]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqs);
        let body = schema.add_text_field("body", TextOptions::default().set_indexing_options(indexing));
        let place = schema.add_u64_field("place", STORED);
        let index = Index::create_in_ram(schema.build());
        let mut analyzer = analyzer(language);
        index.tokenizers().register(TOKENIZER, analyzer.clone());
        let mut writer = index.writer_with_num_threads(1, WRITER_MEMORY)?;
        let mut passages = Vec::new();
        for article in articles {
            for section in &article.sections {
                let tags = article.tags.join(" ");
                let searched = [article.title.as_str(), &section.heading, &tags, &section.text].join("\n");
                let mut document = TantivyDocument::default();
                document.add_text(body, &searched);
                document.add_u64(place, passages.len() as u64);
                writer.add_document(document)?;
                passages.push(Kept {
                    citation: Citation { article: article.name.clone(), title: article.title.clone() },
                    heading: section.heading.clone(),
                    text: section.text.clone(),
                    stems: stems(&mut analyzer, &searched).into_iter().collect(),
                });
            }
        }
        writer.commit()?;
        let weights = Weights::of(passages.iter().map(|passage| &passage.stems));
        Ok(Self { reader: index.reader()?, body, place, passages, weights, analyzer })
    }

    fn search(&self, question: &str) -> Vec<Passage> {
        let asked: BTreeSet<String> =
            stems(&mut self.analyzer.clone(), question).into_iter().take(MOST_STEMS).collect();
        let mut found: Vec<_> = self
            .candidates(&asked)
            .into_iter()
            .filter_map(|place| self.passages.get(place))
            .map(|kept| Passage {
                citation: kept.citation.clone(),
                heading: kept.heading.clone(),
                text: kept.text.clone(),
                confidence: self.weights.coverage(&asked, &kept.stems),
            })
            .collect();
        // Stable: of equal ones the better retrieved stays first.
        found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        found
    }

    fn candidates(&self, asked: &BTreeSet<String>) -> Vec<usize> {
        let clauses = asked.iter().map(|stem| {
            let term = Term::from_field_text(self.body, stem);
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, query)
        });
        let query = BooleanQuery::new(clauses.collect());
        let searcher = self.reader.searcher();
        let top =
            searcher.search(&query, &TopDocs::with_limit(CANDIDATES).order_by_score()).unwrap_or_default();
        let place = |address| {
            let document: TantivyDocument = searcher.doc(address).ok()?;
            let place = document.get_first(self.place)?.as_u64()?;
            usize::try_from(place).ok()
        };
        top.into_iter().filter_map(|(_, address)| place(address)).collect()
    }
}

/// Whole sentences, as many as fit into `length` characters; at least a part of the first.
fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let cut: String = text.chars().take(length).collect();
    match cut.rfind(['.', '!', '?', '\n']) {
        Some(end) => cut[..=end].trim_end().to_owned(),
        None => format!("{}…", cut.trim_end()),
    }
}
