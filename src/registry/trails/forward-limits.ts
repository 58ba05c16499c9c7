const second = 1000;
const minute = 60 * second;
const KiB = 1024;

/** Bounds of forwarding audit records to receivers. */
export const forwardLimits = {
  /** How often the worker looks. */
  lookMs: 10 * second,
  /** What is younger may yet be written over: by the answer, or an error. */
  settleMs: 10 * second,
  /** Of one batch, which is sent again as a whole. */
  fileRows: 500,
  fileRecords: 2_000,
  /** Batches of one registry in one look: the others wait no longer than for these. */
  batchesAtOnce: 50,
  /** How often it is written down that nothing waits. */
  noteMs: 30 * second,
  /** After which a receiver is forgotten that no worker's settings name. */
  forgottenMs: 24 * 60 * minute,
  /** A receiver that is further behind is told of by `entrepot doctor`. */
  lateMs: 5 * minute,

  /** For a connection, and for an answer. */
  patienceMs: 10 * second,
  /** A message of syslog, by protocol, unless the setting says otherwise. Source: RFC 5426, 3.2. */
  datagramBytes: 8 * KiB,
  streamBytes: 64 * KiB,
  messageBytes: { least: KiB, datagram: 65_000, stream: KiB * KiB },
  /** Of a value of structured data. */
  valueCharacters: 256,
  /** Datagrams at once; nobody says whether they are too many. */
  datagramsAtOnce: 64,
  datagramPauseMs: 5,
  /** Of one request of OTLP. */
  requestRecords: 500,
  requestCharacters: KiB * KiB,
  answerBytes: 64 * KiB,
} as const;
