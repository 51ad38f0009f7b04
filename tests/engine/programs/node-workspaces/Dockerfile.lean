FROM node:20 AS build
WORKDIR /repo
COPY . .
RUN npm install --workspaces --include-workspace-root --omit=dev
FROM node:20-slim
WORKDIR /repo
COPY --from=build /repo/node_modules node_modules
COPY --from=build /repo/packages packages
COPY --from=build /repo/apps apps
COPY --from=build /repo/package.json .
USER node
EXPOSE 9105
CMD ["npm", "run", "start", "--workspace=@acme/api"]
