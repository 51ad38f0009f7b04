import { Controller, Get, Module, Param, Query } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { NotFoundException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';

@Controller('codecs')
class CodecsController {
  constructor(private readonly loader: LazyModuleLoader, private readonly config: ConfigService) {}

  @Get()
  names() {
    return this.config.get<string[]>('codecs');
  }

  /** A codec is the file of its name, loaded when it is asked for. */
  @Get(':name')
  async apply(@Param('name') name: string, @Query('text') text = '') {
    if (!this.config.get<string[]>('codecs')?.includes(name)) throw new NotFoundException(`no codec ${name}`);
    const { CodecModule, Codec } = await import(`./${name}.codec`);
    const module = await this.loader.load(() => CodecModule);
    return { text: module.get(Codec).apply(text) };
  }
}

@Module({ controllers: [CodecsController] })
export class CodecsModule {}
