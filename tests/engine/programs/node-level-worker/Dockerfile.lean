FROM node:20 AS build
WORKDIR /usr/src/worker
COPY package.json ./
RUN npm install
COPY . .
RUN make -C native && npm prune --omit=dev && rm -rf node_modules/node-api-headers
FROM node:20-slim
WORKDIR /usr/src/worker
COPY --from=build /usr/src/worker/node_modules node_modules
COPY --from=build /usr/src/worker/native/build native/build
COPY package.json index.js ./
COPY lib lib
COPY workers workers
VOLUME /var/lib/queue
ENV QUEUE_DIR=/var/lib/queue
CMD ["node", "index.js"]
