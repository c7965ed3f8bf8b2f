// Makes src/wire/*.ts from ../wire/schema/*.json; `--check` writes nothing and fails if one is stale.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const SCHEMAS = new URL('../../wire/schema/', import.meta.url);
const TYPES = new URL('../src/wire/', import.meta.url);
const BANNER = '// Made by `npm run wire` from wire/schema; do not edit.\n';

/** `talking_point.json` -> `talkingPoint` */
function nameOf(file) {
  return basename(file, '.json').replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** Without titles the generator keeps the types of fields inline instead of naming each one. */
function withoutFieldTitles(schema) {
  const properties = Object.entries(schema.properties).map(([key, field]) => {
    const untitled = { ...field };
    delete untitled.title;
    return [key, untitled];
  });
  const parts = Object.entries(schema.$defs ?? {}).map(([name, part]) => [
    name,
    withoutFieldTitles(part),
  ]);
  return {
    ...schema,
    ...(parts.length > 0 ? { $defs: Object.fromEntries(parts) } : {}),
    properties: Object.fromEntries(properties),
  };
}

/** Messages within a message are taken from their own files: their types stand once. */
function withImports(schema, messages) {
  const imported = new Set();
  const imports = JSON.parse(JSON.stringify(schema), (_, value) => {
    const name = value?.$ref?.replace('#/$defs/', '');
    if (!messages.has(name)) return value;
    imported.add(name);
    return { tsType: name };
  });
  const lines = [...imported]
    .sort()
    .map((name) => `import type { ${name} } from './${messages.get(name)}';`);
  return { schema: imports, lines: lines.join('\n') };
}

async function render(file, messages) {
  const content = JSON.parse(await readFile(new URL(file, SCHEMAS), 'utf8'));
  if (file === 'topics.json') {
    const lines = Object.entries(content).map(
      ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
    );
    return BANNER + lines.join('\n');
  }
  const schema = withoutFieldTitles(content);
  const imports = withImports(schema, messages);
  const type = await compile(imports.schema, schema.title, {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    // The schema below is what checks lengths; as types they are a union with a member for each.
    ignoreMinAndMaxItems: true,
  });
  const constant = `export const ${nameOf(file)}Schema = ${JSON.stringify(schema)} as const;`;
  return `${BANNER}${imports.lines}\n${type}\n/** What a reader checks a received message against. */\n${constant}`;
}

async function main() {
  const check = process.argv.includes('--check');
  const options = await resolveConfig(new URL('wire.ts', TYPES));
  const wanted = new Map();
  const files = (await readdir(SCHEMAS)).filter((name) => name.endsWith('.json')).sort();
  const messages = new Map();
  for (const file of files) {
    const { title } = JSON.parse(await readFile(new URL(file, SCHEMAS), 'utf8'));
    if (title) messages.set(title, nameOf(file));
  }
  for (const file of files) {
    const text = await format(await render(file, messages), { ...options, parser: 'typescript' });
    wanted.set(`${nameOf(file)}.ts`, text);
  }
  await mkdir(TYPES, { recursive: true });
  const stale = [];
  for (const file of await readdir(TYPES)) {
    if (wanted.has(file)) continue;
    stale.push(file);
    if (!check) await rm(new URL(file, TYPES));
  }
  for (const [file, text] of wanted) {
    const url = new URL(file, TYPES);
    const present = await readFile(url, 'utf8').catch(() => '');
    if (present === text) continue;
    stale.push(file);
    if (!check) await writeFile(url, text);
  }
  if (check && stale.length > 0) {
    console.error(`src/wire is not up to date (${stale.join(', ')}): run \`npm run wire\``);
    process.exitCode = 1;
  }
}

await main();
