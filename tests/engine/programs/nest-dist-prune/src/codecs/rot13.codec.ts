import { Injectable, Module } from '@nestjs/common';

@Injectable()
export class Codec {
  apply(text: string) {
    return text.replace(/[a-z]/gi, (one) => String.fromCharCode(one.charCodeAt(0) + (one.toLowerCase() < 'n' ? 13 : -13)));
  }
}

@Module({ providers: [Codec], exports: [Codec] })
export class CodecModule {}
