/**
 * Messages of controllers, servers and kubelets as they may be shown: without the credentials that some of them quote. A last net
 * for known forms; what is secret by its origin is masked where that is known.
 */

const mask = '•••';

/** `https://user:token@host`: what stands before the last `@` of the part that names the host. */
const userInfo = /(?<scheme>[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#"'`<>]{1,2000}@/gi;

/** Signed addresses of blobs, and what else is called so in a query. */
const secretParameter =
  /(?<name>[?&](?:[a-z0-9_-]*(?:signature|credential|token|password|secret|sig|key)))=[^\s&"'`<>]{1,4000}/gi;

/** Not `Basic authentication failed`. */
const authorization =
  /\b(?<scheme>Bearer|Basic)\s+(?!(?:authentication|authorization|credentials?|challenge)\b)[A-Za-z0-9+/=_.~-]{8,}/gi;

/** `Authorization: token …`, `X-Vault-Token: …`: with a colon and without quotes, as headers are printed. */
const header =
  /\b(?<name>authorization\s?:\s?(?:token|apikey|digest|negotiate)\s|x-[a-z0-9-]{0,40}(?:token|key|secret|auth)\s?:\s?)[^\s"',]{1,4000}/gi;

/** Tokens whose makers have them begin so that they can be found: GitHub, GitLab, Vault, Slack, and signed ones of JSON. */
const knownToken =
  /\b(?:gh[pousr]_\w{8,255}|github_pat_\w{8,255}|glpat-[\w-]{8,255}|hv[sbr]\.[\w-]{8,255}|xox[abeprs]-[\w-]{8,255}|eyJ[\w-]{8,4000}\.eyJ[\w-]{8,4000}(?:\.[\w-]{1,4000})?)/g;

/** Also where the end was cut off. */
const privateKey =
  /-----BEGIN (?<kind>[A-Z ]{0,40})PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g;

const secretNames =
  'passw(?:or)?d|passphrase|pwd|(?:secret|api|access|account|private)[_-]?key|(?:client|app|shared|webhook|signing)[_-]?secret|token';
const nameStart = String.raw`(?<![\w./-])(?<name>[a-z0-9_.-]*`;
/** The first form is that of a text within a text; the end may have been cut off. */
const quoted = String.raw`\\+"[^"\\\n]{1,10000}(?:\\+")?|"(?:[^"\\\n]|\\.){1,10000}"?|'[^'\n]{1,10000}'?`;
const equals = String.raw`(?<sign>\\?"?\s?=\s?|\\?"\s?:\s?)(?:${quoted}|(?![{[])[^\s"',;&)\]}]{1,2000})`;

/** `password=…`, `"token": …` and `token: "…"`. A colon and a plain word are a chain of errors: `failed to get token: unauthorized`. */
const assignment = new RegExp(
  String.raw`${nameStart}(?:${secretNames}))(?:${equals}|(?<colon>\s?:\s?)(?:${quoted}))`,
  'gi',
);

/** Behind a colon stands the name of a Secret: `cannot read secret: "git-auth"`. */
const plainSecret = new RegExp(String.raw`${nameStart}secret)${equals}`, 'gi');

/** Of a registry's login file. */
const loginAuth = new RegExp(String.raw`(?<name>"auth\\?"\s?:\s?)(?:${quoted})`, 'gi');

/** `--password x`; with an equals sign it is an assignment. */
const option = new RegExp(
  String.raw`(?<=^|[\s"'\x60[])(?<name>--[a-z0-9-]{0,40}(?:${secretNames}|secret)\s)[^\s"']{1,2000}`,
  'gi',
);

/** What a server refuses it quotes (apimachinery pkg/util/validation/field). */
const quotedValue = /(?<lead>(?:Invalid value|Unsupported value|Duplicate value): )(?:"(?:[^"\\]|\\.){0,4000}"|\S+)/g;

/** Fields and kinds whose quoted values are nobody's business. */
const isAboutSecrets = /\bSecrets?\b|\bstringData\b|\bdata\[|passw|token|credential|\.env\[/i;

/** Other text is left as it is. */
export function withoutCredentials(text: string): string {
  const bare = text
    .replace(userInfo, `$<scheme>${mask}@`)
    .replace(secretParameter, `$<name>=${mask}`)
    .replace(privateKey, `-----BEGIN $<kind>PRIVATE KEY----- ${mask}`)
    .replace(authorization, `$<scheme> ${mask}`)
    .replace(header, `$<name>${mask}`)
    .replace(option, `$<name>${mask}`)
    .replace(assignment, `$<name>$<sign>$<colon>${mask}`)
    .replace(plainSecret, `$<name>$<sign>${mask}`)
    .replace(loginAuth, `$<name>${mask}`)
    .replace(knownToken, mask);
  return isAboutSecrets.test(bare) ? bare.replace(quotedValue, `$<lead>${mask}`) : bare;
}
