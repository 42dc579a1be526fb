/** A fault to plant in the code: the simulation has to find it. */
export interface PlantedFault {
  /** What the code does wrong then, in a few words. */
  readonly name: string;
  readonly file: string;
  /** This text, which must stand in the file exactly once, ... */
  readonly from: string;
  /** ... becomes this one. */
  readonly to: string;
  /** Why no schedule can find it: it is not wrong in any way that can be seen. */
  readonly harmless?: string;
}
