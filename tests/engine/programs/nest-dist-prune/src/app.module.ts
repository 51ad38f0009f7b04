import { MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AppController } from './app.controller';
import { LanguageMiddleware } from './common/language.middleware';
import { settings } from './common/settings';
import { CodecsModule } from './codecs/codecs.module';
import { NotesModule } from './notes/notes.module';

@Module({
  imports: [ConfigModule.forRoot({ isGlobal: true, load: [settings], expandVariables: true, cache: true }), NotesModule, CodecsModule],
  controllers: [AppController],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(LanguageMiddleware).forRoutes('*');
  }
}
