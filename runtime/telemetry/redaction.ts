/** What a text shows where a secret stood. */
export const REDACTED = '[redacted]';

/**
 * The kinds of credentials that this service, the model APIs, AWS and the usual hosts of code and packages give out, by how
 * they look. A secret that is known as one is a `Secret` and never becomes text; this catches what foreign errors repeat.
 */
const CREDENTIALS: readonly RegExp[] = [
  // Keys of this service and of the model API.
  /\bsk-ant-[\w-]+/g,
  // An Authorization header, whatever its scheme.
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,}/gi,
  // JSON Web Tokens, and a work item's secret: base64url of an object.
  /\beyJ[\w-]{8,}(?:\.[\w-]+)*/g,
  // Key ids of AWS. What belongs to one is found by its name below.
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  // Keys for Bedrock.
  /\b(?:ABSK[\w+/=-]{20,}|bedrock-api-key-[\w+/=-]+)/g,
  // What signs a presigned address.
  /(?<=X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"]+/gi,
  // User and password in an address.
  /(?<=\/\/)[^/\s:@"]+:[^/\s@"]+(?=@)/g,
  /\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|npm_\w{20,}|AIza[\w-]{30,})/g,
  // PEM, as far as it goes.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Anything that is called a secret, also in JSON within a text: "password": "...", token=..., x-api-key: ...
  // How much may stand between name and value is bounded, or a text made for it would take minutes.
  /(?<=\b[\w-]{0,64}(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization)\\{0,4}["']?\s{0,4}[:=]\s{0,4}\\{0,4}["']?)(?![\s"'\\[])[^\s"',;&\\]{6,}/gi,
];

/** The text without anything that looks like a credential. */
export function redact(text: string): string {
  return CREDENTIALS.reduce((shown, kind) => shown.replace(kind, REDACTED), text);
}
