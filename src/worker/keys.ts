import type { FailureKind } from '../core/failure/kind.ts';
import { type Quarantine, quarantineOf } from '../core/health/quarantine.ts';
import type { ResolvedProvider } from '../providers/language-model.ts';
import { endQuarantine, readQuarantines, writeQuarantine } from '../store/health.ts';
import type { Store } from '../store/store.ts';
import { KeyRing } from './key-ring.ts';

/** The keys of all providers, and which of them are quarantined. */
export class Keys {
  readonly #rings: ReadonlyMap<string, KeyRing>;
  readonly #warn: (message: string) => void;
  #quarantines: readonly Quarantine[] = [];
  /** What the fleet has not been told of, oldest first. */
  #news: readonly { readonly about: Quarantine; readonly ends: boolean }[] = [];

  constructor(
    providers: ReadonlyMap<string, Pick<ResolvedProvider, 'keys'>>,
    warn: (message: string) => void,
  ) {
    this.#rings = new Map([...providers].map(([name, { keys }]) => [name, new KeyRing(name, keys)]));
    this.#warn = warn;
  }

  of(provider: string): KeyRing {
    return this.#rings.get(provider)!;
  }

  /** The providers none of whose keys may be used, with the variables that hold them. */
  usedUp(nowMs: number): Map<string, string> {
    const out = [...this.#rings].filter(([, ring]) => ring.usable(nowMs).length === 0);
    return new Map(out.map(([provider, ring]) => [provider, ring.variables]));
  }

  /** Takes a key out, and says so once. */
  quarantine(provider: string, key: string, kind: FailureKind, reason: string): void {
    const nowMs = Date.now();
    const isOut = !this.of(provider).usable(nowMs).includes(key);
    const about = quarantineOf(provider, key, kind, nowMs);
    this.#hear({ about, ends: false });
    if (isOut) return;
    const until = new Date(about.untilMs).toISOString();
    this.#warn(
      `A key of provider ${provider} (${key}, in ${this.of(provider).variableOf(key)}) is quarantined until ${until}, ` +
        `or until \`signalbox health --reset ${provider}\`: ${reason}`,
    );
  }

  /** A key that was answered is good, whatever was said of it before. */
  accepted(provider: string, key: string): void {
    const about = this.#quarantines.find((out) => out.provider === provider && out.key === key);
    if (about) this.#hear({ about, ends: true });
  }

  /** @throws StoreError */
  async share(store: Store): Promise<void> {
    for (const news of this.#news) {
      if (news.ends) await endQuarantine(store, news.about);
      else await writeQuarantine(store, news.about);
      this.#news = this.#news.filter((other) => other !== news);
    }
    this.#quarantines = withNews(await readQuarantines(store, Date.now()), this.#news);
    this.#tellRings();
  }

  #hear(news: { readonly about: Quarantine; readonly ends: boolean }): void {
    this.#news = [...this.#news.filter(({ about }) => !isSame(about, news.about)), news];
    this.#quarantines = withNews(this.#quarantines, [news]);
    this.#tellRings();
  }

  #tellRings(): void {
    for (const ring of this.#rings.values()) ring.quarantines = this.#quarantines;
  }
}

const isSame = (a: Quarantine, b: Quarantine) => a.provider === b.provider && a.key === b.key;

const withNews = (
  quarantines: readonly Quarantine[],
  news: readonly { readonly about: Quarantine; readonly ends: boolean }[],
): Quarantine[] =>
  news.reduce<Quarantine[]>(
    (before, { about, ends }) => [
      ...before.filter((other) => !isSame(other, about)),
      ...(ends ? [] : [about]),
    ],
    [...quarantines],
  );
