import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/[/\\]$/, '');

/** A folder with a tsconfig.json of its own: the compiler sees it as one project. */
export interface Layer {
  /** From the checkout, e.g. `src/core`. */
  readonly path: string;
  /** The layers it may import. */
  readonly references: readonly string[];
  readonly types: readonly string[] | undefined;
  readonly lib: readonly string[] | undefined;
}

export interface SourceFile {
  /** From the checkout. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

interface TsConfig {
  extends?: string;
  compilerOptions?: { types?: string[]; lib?: string[] };
  references?: { path: string }[];
}

const readConfig = (path: string) => JSON.parse(readFileSync(resolve(ROOT, path), 'utf8')) as TsConfig;

/** The product's layers: what `tsc -b` builds, without tests and examples. */
export function readLayers(): Layer[] {
  const { references = [] } = readConfig('tsconfig.json');
  const paths = references.map(({ path }) => path.replace(/\/$/, ''));
  return paths.filter((path) => !/^(test|examples)$/.test(path)).map(readLayer);
}

function readLayer(path: string): Layer {
  const { extends: base, compilerOptions = {}, references = [] } = readConfig(`${path}/tsconfig.json`);
  const inherited = base ? readConfig(relative(ROOT, resolve(ROOT, path, base))).compilerOptions : {};
  const { types, lib } = { ...inherited, ...compilerOptions };
  return { path, types, lib, references: references.map((to) => fromRoot(resolve(ROOT, path, to.path))) };
}

/** Every TypeScript file of the product. */
export function readSources(): SourceFile[] {
  return ['src', 'workflows', 'activities'].flatMap((folder) =>
    readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readSource(`${folder}/${file.split(sep).join('/')}`)),
  );
}

function readSource(path: string): SourceFile {
  const text = readFileSync(resolve(ROOT, path), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const named = code.matchAll(/(?:^|;|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]/g);
  const bare = code.matchAll(/(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g);
  const dynamic = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return { path, text, imports: [...named, ...bare, ...dynamic].map(([, specifier]) => specifier!) };
}

/** What a relative import of a file names, from the checkout; `undefined` for packages. */
export function targetOf({ path }: SourceFile, specifier: string): string | undefined {
  return specifier.startsWith('.') ? fromRoot(resolve(ROOT, dirname(path), specifier)) : undefined;
}

/** The innermost layer a file belongs to. */
export function layerOf(path: string, layers: readonly Layer[]): Layer | undefined {
  return layers
    .filter((layer) => path.startsWith(`${layer.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

const fromRoot = (path: string) => relative(ROOT, path).split(sep).join('/');
