/**
 * An authority and certificates signed by it, made while the test runs, so that none expires in the repository and no
 * tool is needed. Just enough of X.509 (RFC 5280) for TLS on loopback.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface Authority extends Certificate {
  /** For `name`; a server's certificate names the addresses it is for. */
  issue(name: string, addresses?: { readonly ip?: string; readonly dns?: string }, notAfter?: Date): Certificate;
}

export function testAuthority(name = 'Test authority'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = certificate({
    issuer: name,
    subject: name,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    extensions: [extension('551d13', true, sequence(Buffer.from('0101ff', 'hex')))],
  });
  return {
    cert: own,
    key: pem(keys.privateKey),
    issue(subject, addresses = {}, notAfter) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...(addresses.ip === undefined ? [] : [tagged(0x87, Buffer.from(addresses.ip.split('.').map(Number)))]),
        ...(addresses.dns === undefined ? [] : [tagged(0x82, Buffer.from(addresses.dns))]),
      ];
      const extensions = names.length === 0 ? [] : [extension('551d11', false, sequence(...names))];
      const cert = certificate({ issuer: name, subject, publicKey, signer: keys.privateKey, extensions, notAfter });
      return { cert, key: pem(privateKey) };
    },
  };
}

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));

function certificate(parts: {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  signer: KeyObject;
  extensions: readonly Buffer[];
  notAfter?: Date | undefined;
}): string {
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, Buffer.from([1 + Math.floor(Math.random() * 126)])),
    ecdsaWithSha256,
    nameOf(parts.issuer),
    sequence(time(new Date('2020-01-01T00:00:00Z')), time(parts.notAfter ?? new Date('2049-01-01T00:00:00Z'))),
    nameOf(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    ...(parts.extensions.length === 0 ? [] : [tagged(0xa3, sequence(...parts.extensions))]),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, parts.signer)]);
  const whole = sequence(body, ecdsaWithSha256, tagged(0x03, signature));
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [Buffer.from('0101ff', 'hex')] : []), tagged(0x04, value));
}

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\D/g, '');
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, value: Buffer): Buffer {
  const length =
    value.length < 128
      ? Buffer.from([value.length])
      : value.length < 256
        ? Buffer.from([0x81, value.length])
        : Buffer.from([0x82, value.length >> 8, value.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, value]);
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}
