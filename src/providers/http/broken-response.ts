import type { FailureKind } from '../../core/failure/kind.ts';

/** What came over HTTP is no answer, before anybody has looked for one in it. */
export class BrokenResponse extends Error {
  readonly kind: Extract<FailureKind, 'answer_incomplete' | 'unavailable'>;
  /** Whether a model may have been at work for it. */
  readonly billed: boolean;
  /** Asking again will bring the same. */
  readonly lasting: boolean;

  constructor(
    message: string,
    about: Partial<Pick<BrokenResponse, 'kind' | 'billed' | 'lasting'>> & { readonly cause?: unknown } = {},
  ) {
    super(message, { cause: about.cause });
    this.name = 'BrokenResponse';
    this.kind = about.kind ?? 'answer_incomplete';
    this.billed = about.billed ?? false;
    this.lasting = about.lasting ?? false;
  }
}
