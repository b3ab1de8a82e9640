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

const authorization = /\b(?<scheme>Bearer|Basic)\s+[A-Za-z0-9+/=_.~-]{8,}/g;

const secretName = String.raw`(?<![\w./-])(?<name>[a-z0-9_.-]*(?:passw(?:or)?d|passphrase|secret_?key|api_?key|access_?key|token))`;
const quoted = String.raw`"[^"\n]{1,2000}"|'[^'\n]{1,2000}'`;

/** `password=…`, `"token": …` and `token: "…"`. A colon and a plain word are a chain of errors: `failed to get token: unauthorized`. */
const assignment = new RegExp(
  String.raw`${secretName}(?:(?<sign>"?\s?=\s?|"\s?:\s?)(?:${quoted}|[^\s"',;&)\]}]{1,2000})|(?<colon>\s?:\s?)(?:${quoted}))`,
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
    .replace(authorization, `$<scheme> ${mask}`)
    .replace(assignment, `$<name>$<sign>$<colon>${mask}`);
  return isAboutSecrets.test(bare) ? bare.replace(quotedValue, `$<lead>${mask}`) : bare;
}
