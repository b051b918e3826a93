/**
 * The root of every error Signalbox raises for something a person can mend.
 * `message` says what is wrong and where; `remedy` says what to do about it. The CLI prints both.
 */
export class SignalboxError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}
