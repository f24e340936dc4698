// The chunks of a stream. `python -m components.core.stream_schema` writes this file.

export type Chunk =
  | WaitingChunk
  | StartChunk
  | SceneChunk
  | TrajectoryChunk
  | DraftSceneChunk
  | DraftTrajectoryChunk
  | TraceChunk
  | TextChunk
  | ProgressChunk
  | RecordingChunk
  | EndChunk
  | ErrorChunk
  | JobChunk;

/** the stream has not begun */
export interface WaitingChunk {
  kind: "waiting";
  /** sentence for the user */
  sentence: string;
}

/** a picture begins; what a client has of an earlier one is void */
export interface StartChunk {
  kind: "start";
  /** version of this schema */
  version: number;
  /** how many trajectories follow */
  runs: number;
  /** whether no job follows this stream */
  final?: boolean;
  /** of a draft: ms from the request to this chunk */
  elapsed?: number;
}

/** a figure, whose lines of trajectories are still empty */
export interface SceneChunk {
  kind: "scene";
  /** name of the figure */
  name: string;
  /** plotly's traces and layout */
  figure: { data: Trace[]; layout: Layout };
  /** what each choice of a display parameter changes */
  display: Record<string, Record<string, Patch>>;
  /** the vector field of a flow */
  field: VectorField | null;
  /** whether a further version of the figure follows */
  more: boolean;
  /** the colored grid of a map */
  cells: Cells | null;
}

/** a trajectory that follows */
export interface TrajectoryChunk {
  kind: "trajectory";
  /** number of the trajectory, from 0 */
  index: number;
  /** its traces in each figure */
  traces: Record<string, Trace[]>;
  /** its name */
  name?: string;
  /** what becomes of it, as an identifier */
  fate?: string;
  /** its color, in the light theme */
  color?: string;
}

/** a figure in a draft */
export interface DraftSceneChunk {
  kind: "draft_scene";
  /** name of the figure */
  name: string;
  /** plotly's traces: each a Trace */
  data: Part[];
  /** plotly's layout: a Layout */
  layout: Part;
  /** what each choice of a display parameter changes, as of a scene */
  display: Part;
  /** the vector field of a flow: a VectorField or null */
  field: Part;
  /** the colored grid of a map: Cells or null */
  cells: Part;
  /** whether a further version of the figure follows */
  more: boolean;
}

/** a trajectory in a draft */
export interface DraftTrajectoryChunk {
  kind: "draft_trajectory";
  /** number of the trajectory, from 0 */
  index: number;
  /** its traces in each figure, as of a trajectory */
  traces: Part;
  /** its name */
  name?: string;
  /** what becomes of it, as an identifier */
  fate?: string;
  /** its color, in the light theme */
  color?: string;
}

/** samples of a trajectory, after those that were sent before */
export interface TraceChunk {
  kind: "trace";
  /** number of the trajectory, from 0 */
  index: number;
  /** samples by the names of columns */
  columns: Record<string, Column | Table>;
  /** whether these are the last of it */
  last: boolean;
}

/** sentences; fields that are absent keep what they had */
export interface TextChunk {
  kind: "text";
  /** a sentence for each trajectory */
  runs?: string[];
  /** fate and color of each sentence */
  fates?: Style[];
  /** what each sentence claims, as data */
  claims?: Record<string, unknown>[][];
  /** why, step by step */
  causes?: Cause[][];
  /** further sentences */
  notes?: string[];
  /** links to other views */
  links?: { text: string; href: string }[];
  /** alternative text of each figure */
  figures?: Record<string, string>;
}

/** how far a long computation is */
export interface ProgressChunk {
  kind: "progress";
  /** share of the work, from 0 to 1 */
  done: number;
  /** sentence for the user */
  sentence: string;
  /** the sentence if it is stopped now */
  stopped: string;
}

/** a finished record of the job of this state follows, up to the end */
export interface RecordingChunk {
  kind: "recording";
  /** sentence for the user */
  sentence: string;
  /** the status if the record is not shown */
  status: string;
}

/** the stream is complete */
export interface EndChunk {
  kind: "end";
  /** statistics of the computation */
  status?: string;
  /** that texts were not requested */
  alone?: boolean;
}

/** the stream ends and is not complete */
export interface ErrorChunk {
  kind: "error";
  /** sentence for the user */
  sentence: string;
}

/** the first line of an answer of `/jobs/<view>`; records of the job follow, which are chunks, too */
export interface JobChunk {
  kind: "job";
  /** state of the job */
  status: "waiting" | "running" | "finished" | "failed" | "stopped";
  /** of a job that waits: its place in the queue */
  place: number;
  /** how often the job has begun anew; records of another are void */
  generation: number;
  /** place of the first record of this answer in the log */
  from: number;
  /** place to ask for next */
  next: number;
  /** whether there is more than this answer already */
  more: boolean;
  /** sentence for the user */
  sentence: string;
}

/** samples */
export interface Column {
  /** floats of 4 bytes, or integers of one or two */
  dtype: "f4" | "u1" | "u2";
  /** little-endian numbers in base64 */
  bdata: string;
  /** of rounded numbers: what the integer 0 is */
  low?: number;
  /** what 65533 is; 65535 is no number */
  high?: number;
  /** whether these are decimal logarithms; then 65534 is 0 */
  log?: boolean;
}

/** a part of a draft */
export interface Part {
  /** what tells it from other parts */
  digest: string;
  /** the part; absent if the client has it */
  part?: unknown;
}

/** rows of samples, one for each time */
export interface Table {
  /** floats of 4 bytes */
  dtype: "f4";
  /** little-endian numbers in base64, row by row */
  bdata: string;
  /** numbers of rows and columns: `2, 3` */
  shape: string;
}

/** a trace of plotly's */
export interface Trace {
  /** what it shows of trajectories */
  meta?: Meta;
  /** what plotly's schema has */
  [name: string]: any;
}

/** how the client completes a trace */
export interface Meta {
  /** columns of a trajectory, rows of its tables at a time, starts and ends, names beside an axis, or names of regions */
  role: "line" | "cloud" | "marks" | "names" | "regions";
  /** number of the trajectory */
  run?: number;
  /** column of x */
  x?: string;
  /** column of y */
  y?: string;
  /** column of the other edge of a band that ends at y */
  from?: string;
  /** layer with which it is shown */
  layer?: string;
  /** columns of each end, where they are not x and y of one trajectory after the other */
  ends?: { run: number; x: string; y: string }[];
  /** width and height of each region, as shares of the figure */
  rooms?: [number, number][];
}

/** plotly's layout */
export interface Layout {
  /** columns whose whole extent is the range of an axis */
  meta?: { extent?: Record<string, string | string[]> };
  /** what plotly's schema has */
  [name: string]: any;
}

/** the changes of a choice */
export interface Patch {
  /** values of the layout, by their paths */
  layout?: Record<string, unknown>;
  /** columns in the place of others */
  columns?: Record<string, string>;
}

/** points with directions, drawn as arrows of equal length */
export interface VectorField {
  /** x of the points */
  x: Column;
  /** y of the points */
  y: Column;
  /** x of the directions */
  across: Column;
  /** y of the directions */
  up: Column;
  /** color, in the light theme */
  color: string;
}

/** the cells of a map, row by row from the bottom */
export interface Cells {
  /** number of columns and of rows */
  n: [number, number];
  /** x of the middles of the first and the last column */
  x: [number, number];
  /** y of the middles of the first and the last row */
  y: [number, number];
  /** fate of each cell: its place in `fates` */
  fate: Column;
  /** what the cells may show */
  fates: CellStyle[];
  /** opacity of the colors of fates */
  strength: number;
  /** what is shown in the place of fates */
  quantity: Quantity | null;
}

/** a fate on a map */
export interface CellStyle {
  /** color, in the light theme */
  color: string;
  /** sign */
  glyph: string;
  /** in words */
  word: string;
}

/** a quantity of the cells */
export interface Quantity {
  /** from 0 at `low` to 65534 at `high`; 65535 where it is not finite */
  values: Column;
  /** least value, or its logarithm */
  low: number;
  /** largest value, or its logarithm */
  high: number;
  /** whether they are decimal logarithms */
  log: boolean;
  /** its name */
  name: string;
  /** colors at even distances from the least to the largest value */
  scale: string[];
}

/** the look of a sentence */
export interface Style {
  /** what becomes of the trajectory, as an identifier */
  fate: string;
  /** color, in the light theme */
  color: string;
  /** name of the trajectory */
  name?: string;
}

/** a reason for a fate */
export interface Cause {
  /** sentence for the user */
  text: string;
  /** what it claims, as data */
  claim: Record<string, unknown>;
  /** what it refers to */
  show: Highlight;
}

/** what is marked on the page */
export interface Highlight {
  /** points of the plane */
  points?: [number, number][];
  /** lines of the plane */
  lines?: { x: Column; y: Column }[];
  /** a value of y in the plane */
  level?: number;
  /** times in the panels */
  times?: number[];
  /** a control, by its identifier */
  control?: string;
  /** the panels, by their name */
  panel?: string;
}
