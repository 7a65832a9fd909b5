// The DC motor of a Quanser QUBE-Servo 2 with its load hub and no disc, as its user manual gives it (table "QUBE-Servo 2 system
// parameters"). Its state is how fast it turns (rad/s) and the current in its winding (A).

import type { Environment } from 'spikeline';

/** The constants of the motor. */
export const motor: Readonly<
  Record<'resistance' | 'inductance' | 'constant' | 'inertia' | 'voltage', number>
> = {
  /** Resistance of the winding, Ω. */
  resistance: 8.4,
  /** Inductance of the winding, H. */
  inductance: 1.16e-3,
  /** Torque for a current, N·m/A, which is also the voltage that turning induces, V·s/rad. */
  constant: 0.042,
  /** Inertia of rotor and hub, kg·m². */
  inertia: 4e-6 + 0.6e-6,
  /** The highest voltage of the amplifier, V. */
  voltage: 15,
};

/** Something that happens to the motor: from a time on, a speed that is wanted or a torque that brakes. */
export interface Change {
  /** When it begins, seconds. */
  readonly at: number;
  /** The speed that is wanted, rad/s, or the torque, N·m. */
  readonly value: number;
}

/** What a motor goes through. */
export interface Course {
  /** The speed that is wanted; 0 before. */
  readonly setPoint: Change;
  /** A torque against it; none before. */
  readonly load?: Change;
}

/** How fast speed and current change under a voltage and a load, rad/s² and A/s. */
export function change(
  speed: number,
  current: number,
  voltage: number,
  load: number,
): [acceleration: number, current: number] {
  const { resistance, inductance, constant, inertia } = motor;
  return [
    (constant * current - load) / inertia,
    (voltage - resistance * current - constant * speed) / inductance,
  ];
}

/**
 * The motor as an environment: what is seen is the speed that is wanted and the speed that it has, what is done is a voltage. It begins at
 * rest.
 */
export function dcMotor({ setPoint, load }: Course): Environment {
  const substep = 2e-5;
  let [speed, current, steps] = [0, 0, 0];
  const now = (what?: Change) =>
    what !== undefined && steps * substep >= what.at - substep / 2 ? what.value : 0;
  const seen = () => Float64Array.of(now(setPoint), speed);
  return {
    reset() {
      [speed, current, steps] = [0, 0, 0];
      return seen();
    },
    step([voltage], dt) {
      for (let k = Math.round(dt / substep); k > 0; k--) {
        const [faster, more] = change(speed, current, voltage!, now(load));
        current += more * substep;
        speed += faster * substep;
        steps++;
      }
      return { observation: seen() };
    },
    state: () => ({ speed, current }),
  };
}
