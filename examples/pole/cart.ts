// A cart on a track of 4.8 m with a pole on a hinge, after Barto, Sutton & Anderson 1983 (IEEE Trans. SMC 13(5)) without friction.
// Its state is where the cart is (m), how fast (m/s), the angle of the pole from upright (rad), and how fast it turns (rad/s).

import type { Environment } from 'spikeline';
import { randomStream } from 'spikeline/neurons';

/** The constants of the model. */
export const cart: Readonly<
  Record<'mass' | 'poleMass' | 'half' | 'gravity' | 'track' | 'fallen' | 'force', number>
> = {
  /** Mass of the cart, kg. */
  mass: 1,
  /** Mass of the pole, kg. */
  poleMass: 0.1,
  /** Half the length of the pole, m. */
  half: 0.5,
  /** Gravity, m/s². */
  gravity: 9.8,
  /** How far the cart can go to either side, m. */
  track: 2.4,
  /** How far the pole may lean before it counts as fallen, rad. */
  fallen: (12 * Math.PI) / 180,
  /** The strongest push of the motor, N. */
  force: 20,
};

/** How far from rest a run may begin, in each number of the state. */
export const starts = [1, 0.3, 0.08, 0.3] as const;

/** A push on the cart from outside. */
export interface Push {
  /** When it begins, seconds. */
  readonly at: number;
  /** How long it takes, seconds. */
  readonly duration: number;
  /** Its force, N. */
  readonly force: number;
}

/** How fast each number of the state changes under a force on the cart. */
export function change(state: Float64Array, force: number): [number, number, number, number] {
  const [, speed, angle, turning] = state as unknown as [number, number, number, number];
  const { mass, poleMass, half, gravity } = cart;
  const total = mass + poleMass;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const pushed = (force + poleMass * half * turning ** 2 * sin) / total;
  const turn = (gravity * sin - cos * pushed) / (half * (4 / 3 - (poleMass * cos ** 2) / total));
  return [speed, pushed - (poleMass * half * turn * cos) / total, turning, turn];
}

/** Whether the pole has fallen, or the cart has left the track. */
export function isLost(state: ArrayLike<number>): boolean {
  return Math.abs(state[0]!) > cart.track || Math.abs(state[2]!) > cart.fallen;
}

/** The cart as an environment: what is seen is its state, what is done is a force in N. A run ends early when it is lost. */
export function cartPole(push?: Push): Environment {
  const state = new Float64Array(4);
  const substep = 1e-3;
  let steps = 0;
  return {
    reset(seed) {
      const random = randomStream(seed, 'cart');
      for (const [i, most] of starts.entries()) state[i] = most * (2 * random.uniform() - 1);
      steps = 0;
      return state.slice();
    },
    step([force], dt) {
      for (let k = Math.round(dt / substep); k > 0; k--) {
        const since = push === undefined ? -1 : steps * substep - push.at;
        const pushed = push !== undefined && since >= 0 && since < push.duration ? push.force : 0;
        const [, acceleration, , turn] = change(state, force! + pushed);
        // Speeds first, then places by the new speeds.
        state[1] = state[1]! + acceleration * substep;
        state[3] = state[3]! + turn * substep;
        state[0] = state[0]! + state[1]! * substep;
        state[2] = state[2]! + state[3]! * substep;
        steps++;
      }
      return { observation: state.slice(), done: isLost(state) };
    },
    state: () => [...state],
  };
}
