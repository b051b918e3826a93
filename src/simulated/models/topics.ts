/**
 * Words that give a topic away, weighed by how surely. Keys are how a label may name the topic; a label that says
 * none of these is scored by its own words alone.
 */
export interface Topic {
  /** Stems or words of labels that mean this topic. */
  readonly names: RegExp;
  readonly strong: RegExp;
  readonly weak: RegExp;
}

/** The clause types common in contracts and licences, and a few everyday labels. */
export const topics: readonly Topic[] = [
  {
    names: /\b(?:definitions?|interpretation|terminology)\b/,
    strong:
      /\b(?:means|refers to|is defined|definitions?|as used (?:in|herein)|shall mean)\b|["“][^"”]{2,40}["”] (?:means|refers|is |are )/g,
    weak: /["“][^"”]{2,40}["”]|\b(?:term|meaning|interpretation|mean)\b/g,
  },
  {
    names:
      /\b(?:grants?|permissions?|licen[cs]e grants?|licen[cs]ing|rights?|basic permissions|scope of licen[cs]e)\b/,
    strong:
      /\b(?:hereby grants?|grants? (?:you|to|the)|permission to|you may (?:make|run|convey|copy|use)|rights? granted|unlimited permission|may (?:copy|use|modify|distribute|propagate)|irrevocable)\b/g,
    weak: /\b(?:permit(?:s|ted)?|permissions?|licen[cs]ed?|royalty-free|may)\b/g,
  },
  {
    names:
      /\b(?:obligations?|conditions?|duties|requirements?|covenants?|convey\w*|distribution|redistribution|delivery)\b/,
    strong:
      /\b(?:shall (?:not )?(?:deliver|provide|perform|ensure|maintain|keep|give|make|use)|you must|must (?:give|carry|make|license|cause|convey|provide|be)|provided that|undertakes? to|is required to|subject to the following conditions|conveying)\b/g,
    weak: /\b(?:shall|must|required?|obligations?|conditions?|deliver\w*|comply|convey|source code|copies)\b/g,
  },
  {
    names: /\b(?:warrant(?:y|ies)|disclaimers?|as is)\b/,
    strong:
      /\b(?:no warranty|without warranty|as is|merchantability|fitness for a particular purpose|disclaims?|disclaimer|warrants that|expressed or implied|represents and warrants)\b/g,
    weak: /\b(?:warrant(?:y|ies|s)?|implied|quality and performance|defective|guarantees?|representations?)\b/g,
  },
  {
    names: /\b(?:liabilit(?:y|ies)|limitations?|damages|indemni\w+)\b/,
    strong:
      /\b(?:liab(?:le|ility) (?:for|to|under|of)|limitation of liability|aggregate liability|consequential|incidental|in no event|damages|indemnif\w+|hold harmless|losses)\b/g,
    weak: /\b(?:liable|liabilit(?:y|ies)|loss|claims?|indemnity)\b/g,
  },
  {
    names: /\b(?:terminat\w*|expiry|expiration|cancel\w*|term)\b/,
    strong:
      /\b(?:terminat(?:e|es|ed|ion|ing)|automatically terminate|notice period|expir(?:e|es|y|ation)|cure(?:d|s)? (?:the|such|a)|reinstated|days' notice)\b/g,
    weak: /\b(?:violation|cease|cessation|breach|cancel\w*|renew(?:al|ed|s)?)\b/g,
  },
  {
    names: /\b(?:patents?|intellectual property|ip|copyrights?|ownership)\b/,
    strong:
      /\b(?:patent (?:licen[cs]e|claims?|infringement)|patents?|essential patent claims|intellectual property)\b/g,
    weak: /\b(?:infring\w+|inventions?|ownership|trademarks?|proprietary)\b/g,
  },
  {
    names: /\b(?:payments?|fees?|pric(?:e|es|ing)|billing|invoic\w+|charges?|compensation|remuneration)\b/,
    strong:
      /\b(?:shall pay|invoices?d?|payable|purchase price|fees? of|payment of|per month|instal?ments?|late payment|overdue|refunds?|charged? twice)\b|(?:[$€£]|EUR|USD|GBP)\s?\d/g,
    weak: /\b(?:pay|paid|payments?|prices?|fees?|charges?|costs?|interest|taxes|royalt(?:y|ies)|bill(?:ed|ing)?)\b/g,
  },
  {
    names: /\b(?:confidential\w*|secrecy|non ?disclosure|privacy|data protection)\b/,
    strong:
      /\b(?:confidential(?:ity| information)?|non-disclosure|trade secrets?|shall not disclose|strict confidence|personal data|data protection)\b/g,
    weak: /\b(?:disclos\w+|secret|privacy|proprietary)\b/g,
  },
  {
    names: /\b(?:governing law|applicable law|jurisdiction|disputes?|arbitration|venue)\b/,
    strong:
      /\b(?:governed by|laws of|jurisdiction of|exclusive jurisdiction|courts? of|arbitration|arbitral|governing law|venue)\b/g,
    weak: /\b(?:jurisdiction|courts?|law|disputes?|construed)\b/g,
  },
  {
    names: /\b(?:force majeure)\b/,
    strong:
      /\b(?:force majeure|acts? of god|beyond (?:its|the) (?:reasonable )?control|natural disasters?)\b/g,
    weak: /\b(?:strike|war|flood|epidemic|delay)\b/g,
  },
  {
    names: /\b(?:assignment|transfers?|successors?|downstream|recipients?)\b/,
    strong:
      /\b(?:assign(?:s|ed|ment)? (?:this|its|any|of)|successors? and assigns|downstream recipients|entity transaction|sublicens\w+)\b/g,
    weak: /\b(?:assign\w*|transfer\w*|successors?|recipients?|predecessor)\b/g,
  },
  {
    names:
      /\b(?:general|miscellaneous|boilerplate|other|misc|notices?|entire agreement|preamble|versions?|acceptance)\b/,
    strong:
      /\b(?:entire agreement|severab\w+|counterparts|waiver|in writing|amendments?|revised versions?|new versions?|headings)\b/g,
    weak: /\b(?:provisions?|notices?|version|effect)\b/g,
  },
  {
    names: /\b(?:positive|praise|happy|satisfied)\b/,
    strong: /\b(?:great|excellent|love[ds]?|perfect|wonderful|fantastic|amazing|thank(?:s| you))\b/g,
    weak: /\b(?:good|nice|happy|pleased|helpful|works|recommend)\b/g,
  },
  {
    names: /\b(?:negative|complaint|angry|unhappy|dissatisfied)\b/,
    strong: /\b(?:terrible|awful|hate[ds]?|worst|useless|unacceptable|disappoint\w+|angry)\b/g,
    weak: /\b(?:bad|poor|slow|broken|never|problem|wrong|fails?|failed)\b/g,
  },
  {
    names: /\b(?:bug|defect|incident|error|technical)\b/,
    strong: /\b(?:crash\w*|bug|exception|stack trace|regression|error|broken|does(?:n't| not) work)\b/g,
    weak: /\b(?:fails?|failed|failure|wrong|unexpected|instead|issue)\b/g,
  },
  {
    names: /\b(?:feature|enhancement|request|improvement)\b/,
    strong: /\b(?:feature|would be (?:nice|great)|please add|support for|enhancement|wish)\b/g,
    weak: /\b(?:add|allow|could|option|improve)\b/g,
  },
  {
    names: /\b(?:question|inquiry|how to|help)\b/,
    strong: /\b(?:how (?:do|can|to)|what is|is it possible|could you explain)\b|\?/g,
    weak: /\b(?:why|how|what|help|wonder)\b/g,
  },
];

/** Words that make a passage risky to whoever accepts it. */
export const riskWords =
  /\b(?:no warranty|as is|not liable|in no event|liab(?:le|ility)|damages|indemnif\w+|terminat\w+|breach|penalt(?:y|ies)|forfeit\w*|irrevocab\w+|perpetual|exclusive|sole discretion|automatically|unlimited|without (?:notice|warranty|limitation)|infring\w+|patent|litigation|violation|loss(?:es)?|risk|void|disclaim\w*|restrict\w*|prohibit\w*|may not|must not|shall not|waive[sd]?|interest|overdue|default)\b/gi;
