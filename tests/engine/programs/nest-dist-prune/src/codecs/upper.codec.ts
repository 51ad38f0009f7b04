import { Injectable, Module } from '@nestjs/common';

@Injectable()
export class Codec {
  apply(text: string) {
    return text.toLocaleUpperCase('nl');
  }
}

@Module({ providers: [Codec], exports: [Codec] })
export class CodecModule {}
