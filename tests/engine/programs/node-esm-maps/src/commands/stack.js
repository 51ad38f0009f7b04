import { pathToFileURL } from 'node:url';
export default async () => {
  const { gzipSync, brotliCompressSync, brotliDecompressSync } = await import('node:zlib');
  const b = Buffer.from('kitchen '.repeat(50));
  console.log(gzipSync(b).length < 60, brotliDecompressSync(brotliCompressSync(b)).equals(b));
  console.log(pathToFileURL('/tmp/a b').href, new Error('x').stack.split('\n').length > 1);
  const { crc32 } = (await import('@node-rs/crc32')).default;
  console.log(crc32('kitchen'));
  const { lookup } = await import('node:dns/promises');
  console.log((await lookup('localhost', { family: 4 })).address);
};
