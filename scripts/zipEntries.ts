/** Names and sizes of what is in a zip file, read from its directory. For looking only: unpacks nothing. */

export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
}

/** Throws when the data is no zip file. Does not read zip64 (over 4 GB or 65,535 files). */
export function zipEntries(data: Buffer): ZipEntry[] {
  const end = data.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) {
    throw new Error('Not a zip file.');
  }
  const entries: ZipEntry[] = [];
  let at = data.readUInt32LE(end + 16);
  for (let left = data.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = data.readUInt16LE(at + 28);
    const name = data.toString('utf8', at + 46, at + 46 + nameLength);
    entries.push({ name, bytes: data.readUInt32LE(at + 24) });
    at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return entries;
}
