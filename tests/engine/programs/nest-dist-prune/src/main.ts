import { Logger, ValidationPipe } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'path';
import { AppModule } from './app.module';
import { ErrorFilter } from './common/error.filter';

async function bootstrap() {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['warn', 'error'] });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  app.useGlobalFilters(new ErrorFilter());
  app.useStaticAssets(join(__dirname, '..', 'public'), { prefix: '/assets/' });
  app.setBaseViewsDir(join(__dirname, 'views'));
  app.setViewEngine('hbs');
  // eslint-disable-next-line @typescript-eslint/no-var-requires
  require('hbs').registerPartials(join(__dirname, 'views', 'partials'));
  app.enableShutdownHooks();
  app.disable('x-powered-by');
  const config = app.get(ConfigService);
  await app.listen(config.getOrThrow<number>('PORT'));
  new Logger('main').warn(`${config.get('NOTES_TITLE')} listens`);
}
bootstrap();
