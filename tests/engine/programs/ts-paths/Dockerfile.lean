FROM node:20 AS build
WORKDIR /app
COPY package.json tsconfig.json ./
RUN npm install
COPY src ./src
RUN npx tsc -p tsconfig.json && npm prune --omit=dev
FROM node:20-slim
WORKDIR /app
COPY package.json tsconfig.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY assets ./assets
ENV NODE_ENV=production TS_NODE_BASEURL=./dist
EXPOSE 9104
CMD ["node", "--enable-source-maps", "-r", "tsconfig-paths/register", "dist/http/main.js"]
