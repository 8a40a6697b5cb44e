import type { Secret } from './secret.ts';

/** Time, twice: the wall clock, which may be wrong or jump, and a count that only goes forward. */
export interface Clock {
  now(): Date;
  /** ms since some fixed moment; stands still while the machine is suspended on some systems. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance: what must not be guessed, and what must not be alike on many agents. */
export interface Chance {
  /** 256 bits, base64url. */
  capability(): Secret;
  /** 0 <= x < 1. */
  jitter(): number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string;
  /** For the whole exchange, the body of the answer included. */
  readonly timeoutMs: number;
  /** The longest answer, where it may be longer than the usual 1 MiB, in bytes. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * HTTPS to the world, one request at a time, nothing followed and nothing retried.
 * Rejects with a {@link NetworkTrouble} when there is no answer to judge.
 */
export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** Why there is no answer: never the library's own text, which may hold what was sent. */
export class NetworkTrouble extends Error {
  override readonly name = 'NetworkTrouble';
  readonly reason:
    'timeout' | 'connection' | 'certificate' | 'host name' | 'proxy address' | 'too large';
  /** The system's code, for example `ECONNRESET`. */
  readonly code: string | undefined;

  constructor(reason: NetworkTrouble['reason'], code?: string) {
    super(code === undefined ? reason : `${reason} (${code})`);
    this.reason = reason;
    this.code = code;
  }
}

/** A client-credentials exchange at Entra's token endpoint. */
export interface ExchangeRequest {
  readonly authorityHost: URL;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientAssertion: Secret;
  readonly scope: string;
  readonly timeoutMs: number;
}

/** What Entra said, before anyone judged it; no text of the answer, only what can be told. */
export type ExchangeOutcome =
  | { readonly granted: true; readonly token: Secret; readonly expiresOn: Date }
  | {
      readonly granted: false;
      /** The HTTP status of the last answer, absent when none came. */
      readonly status?: number | undefined;
      /** Entra's error numbers, the most specific first. */
      readonly aadsts: readonly number[];
      /** Entra's correlation ID, for its support. */
      readonly correlationId?: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly trouble?: NetworkTrouble | undefined;
    };

export interface EntraAccessTokens {
  /** Dials the authority while something else is waited for; only a hint. */
  dial(authorityHost: URL): void;
  exchange(request: ExchangeRequest): Promise<ExchangeOutcome>;
}

/** Files that nobody else may read, under paths that nobody else may have prepared. */
export interface Files {
  /**
   * Makes the directory for its owner alone, by mode 0700 or an access control list, or checks that
   * an existing one is ours and private.
   */
  makePrivateDirectory(path: string): Promise<void>;
  /** The same for one that lies in a private directory, and so inherits its access control list. */
  makeInnerDirectory(path: string): Promise<void>;
  /** Writes with mode 0600 and puts it in place in one step: a reader sees the old or the new. */
  replace(path: string, content: string | Secret): Promise<void>;
  /** Undefined when there is none; refuses links and, where it can tell, files of other users. */
  read(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** Whether a real directory lies there that is this user's alone, as far as the system tells. */
  isPrivateDirectory(path: string): Promise<boolean>;
  /** Differs whenever a file is another one, or was written to; undefined when there is none. */
  stamp(path: string): Promise<string | undefined>;
  /** Files and directories alike; no error when there is nothing. */
  remove(path: string): Promise<void>;
}

/**
 * Folders that other programs of the job write to as well. Nothing here throws for what such a
 * program may do with them: what is gone, held or of another kind reads as absent.
 */
export interface SharedFolders {
  /** In no order; none where there is no such folder. */
  names(folder: string): readonly string[];
  /** Differs for two folders; undefined for a link, another user's folder, and what is none. */
  identity(folder: string): string | undefined;
  /** The content of a regular file of this user; no link is followed, and no pipe waited for. */
  read(path: string): string | undefined;
  /** Differs whenever a file is another one, or was written to; undefined when there is none. */
  stamp(path: string): string | undefined;
  /** Makes a file with mode 0600, unless there is one already. */
  claim(path: string, content: string): boolean;
  /**
   * Writes a new file of mode 0600 with a name of its own, and returns its path.
   * @throws the system's error, for example ENOSPC.
   */
  draft(folder: string, content: Secret, changedOn?: Date): string;
  /** Puts a file in the place of another in one step; false where it could not be. */
  move(from: string, to: string): boolean;
  /** Gives a file a second name; false where it could not be. */
  link(path: string, name: string): boolean;
  /** A file; no error when there is none. */
  remove(path: string): void;
  /** Calls back when something in a folder changes, as far as the system can; returns the end of it. */
  watch(folder: string, onChange: () => void): () => void;
}

/** Other processes, distinguished by when they began where that can be seen: IDs are used again. */
export interface Processes {
  /**
   * Something that differs between two processes of the same ID, or on some systems only says that
   * one lives; undefined when none does.
   */
  identity(pid: number): Promise<string | undefined>;
  /** Ends a process by force, where it can be proven to be the very one. */
  end(process: ProcessIdentity): Promise<void>;
}

/** A process, beyond the reuse of its ID. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly identity: string;
}

/** The variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One run of a command-line tool, without a shell. */
export interface ToolRun {
  /** What {@link Tools.find} found. */
  readonly program: string;
  /** Every user of the machine can read them: never a credential. */
  readonly arguments: readonly string[];
  /** Added to what a step of this job would see; undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | Secret | undefined>>;
  /** For its standard input, which ends after it; nothing to read where there is none. */
  readonly input?: string | Secret;
  /** It is ended by force after this. */
  readonly timeoutMs: number;
}

/** How a tool ended. Its texts may quote credentials: `tools/last-words.ts` says what may be shown. */
export interface ToolOutcome {
  /** Absent when it could not be started, or was ended before it did so itself. */
  readonly exitCode?: number | undefined;
  readonly trouble?: 'not started' | 'timeout' | 'ended' | undefined;
  /** The beginning of what it wrote to its standard output. */
  readonly output: string;
  /** The beginning and the end of what it wrote to its standard error, in whole lines. */
  readonly errors: string;
}

/** The command-line tools of the machine. */
export interface Tools {
  /** The path of a program in the directories of `PATH`; undefined where none has it. */
  find(name: string): Promise<string | undefined>;
  /** Never rejects. */
  run(run: ToolRun): Promise<ToolOutcome>;
}

/** The folders of the machine, to be looked at only: what cannot be read reads as absent. */
export interface MachineFolders {
  /** The first 64 kB of a regular file, whoever owns it; undefined where there is none. */
  beginning(path: string): Promise<string | undefined>;
  /** What lies in a folder, in no order; nothing where there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Where a path leads when each link is followed; undefined where nothing is. */
  target(path: string): Promise<string | undefined>;
  /** The user's Documents folder on Windows, wherever it is; undefined where that cannot be told. */
  documents(): Promise<string | undefined>;
}

export interface ProxySettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  /** Regular expressions of URLs that go directly, as the agent keeps them. */
  readonly bypass: readonly string[];
}

/** How the agent reaches the network, handed to everything that talks to it. */
export interface NetworkSettings {
  readonly proxy?: ProxySettings | undefined;
  /** PEM file of additional authorities (the agent's `--sslcacert`). */
  readonly authoritiesFile?: string | undefined;
}
