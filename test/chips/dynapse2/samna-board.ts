/**
 * A board's configuration as samna writes it (`Dynapse2Configuration.to_json()`): names, nesting, order and indentation
 * are those that Rockpool's alias classes write, which its makers' tests hold equal to samna's text of 2022 (github.com/synsense/rockpool,
 * tests_default/devices_dynapse/test_samna_integration.py). The names of the biases are what a notebook of 2022-01-26
 * (docs/devices/DynapSE/samna_dual_mode.ipynb, commit f1a7ccb5) printed of a core; SOIF_CC_N and DEGA_ITAU_P at (5, 255) after reset are
 * printed there and in dynapse2.ipynb (commit 34a8cb33). Addresses, cookies and lengths that are not public are made up here.
 */

/** The 52 biases of a core, in the order printed. */
export const boardBiases: readonly string[] =
  `SYAM_STDW_N SYAW_STDSTR_N DEAM_EGAIN_P SOAD_CASC_P DEAM_ETAU_P SOIF_CC_N SOHO_VREF_M_P SYPD_EXT_N SYAM_W1_P
SOHO_VREF_H_P SOHO_VREF_L_P SOHO_VB_P SYAM_W2_P DENM_ITAU_P SOCA_TAU_P SOHO_VREF_P SOAD_TAU_P SYSA_VB_P DENM_NMREV_N SOIF_DC_P SOIF_SPKTHR_P
SYPD_DLY2_P DENM_REV_N SOHO_VH_P SOAD_PWTAU_N SOHO_VRST_P SOIF_REFR_N DEAM_ITAU_P DEGA_ITAU_P DEGA_IGAIN_P SOCA_GAIN_P SOIF_LEAK_N SOCA_W_N
SOAD_W_N DEAM_IGAIN_P SYAM_W3_P DENM_ETAU_P DENM_EGAIN_P DENM_IGAIN_P DESC_IGAIN_P DESC_ITAU_P SOIF_GAIN_N DEAM_REV_N DEGA_REV_P SOAD_GAIN_P
DEAM_VRES_P SYSA_VRES_N SYPD_DLY0_P SYAM_W0_P DEAM_HRES_P DEAM_NRES_P SYPD_DLY1_P`.split(/\s+/);

const converters = [
  ...['SoifMem', 'SoifRefectory', 'SoadDpi', 'SocaDpi', 'DeamEdpi', 'DeamIdpi', 'DenmEdpi'],
  ...['DenmIdpi', 'DegaIdpi', 'DescIdpi', 'SyW42', 'SyW21', 'SohoSogain', 'SohoDegain'],
];

const off = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, false]));

/** A list of fixed length. */
function fixed<T>(count: number, item: (i: number) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`value${i}`, item(i)]));
}

const four = fixed(4, () => false);
const synapse = {
  ...{ dendrite: 0, stp: false, weight: four, preciseDelay: false, mismatchedDelay: false, tag: 0 },
};
const destination = { core: four, xHop: 0, yHop: 0, tag: 0 };
const latches = [
  ...['SoDc', 'SoAdaptation', 'SoifKill', 'CohoCaMem', 'HoEnable', 'HoSoDe', 'DeamAmpa'],
  ...['DenmNmda', 'DeConductance', 'DeamAlpha', 'DenmAlpha', 'DeMux', 'SoifType', 'HoActive'],
].map((name) => `latch${name}`);
const neuron = {
  synapses: fixed(64, () => synapse),
  destinations: fixed(4, () => destination),
  ...off(latches),
};

/** A bias; its address stands for a number of 64 bits until the text is written. */
function bias(key: string, address: string) {
  const high = key === 'SOIF_CC_N' || key === 'DEGA_ITAU_P';
  const p = key.endsWith('_P');
  return {
    key,
    value: {
      ...{ type: p ? 80 : 78, coarseValue: high ? 5 : 0, fineValue: high ? 255 : 0 },
      ...{ _address: address, _cookie: 0, _initialType: p ? 0 : 1, _switchableType: false },
    },
  };
}

const shared = ['PG_BUF_N', 'LBWR_VB_P', 'SYAM_STDWAMPB', 'SYAM_STDWCCB', 'NCCF_CAL_OFFBIAS_P'];
const groups = ['NCCF_PWLK_P', 'NCCF_HYS_P', 'NCCF_BIAS_P', 'NCCF_REF_L_V', 'NCCF_REF_H_V'];

/** The text of a board of some chips after reset. */
export function samnaBoard(chips: number, indent?: number): string {
  let at = 2n ** 64n - 1n;
  const biases = (names: readonly string[]) => {
    at -= BigInt(names.length);
    return names.map((name, i) => bias(name, `@${at + BigInt(i + 1)}`));
  };
  const chip = () => ({
    cores: fixed(4, (_id) => ({
      ...{ neurons: fixed(256, () => neuron), neuronMonitoringOn: false, monitoredNeuron: 0 },
      ...{ parameters: biases(boardBiases), sadcEnables: off(converters) },
      enableSyawStdbufAn: false,
      ...{ enablePulseExtenderMonitor1: false, enablePulseExtenderMonitor2: false },
      ...{ _id, _cookie: '@9007199254740993' },
    })),
    globalParameters: biases(['R2R_BUFFER_AMPB', 'R2R_BUFFER_CCB']),
    sharedParameters01: biases(shared),
    sharedParameters23: biases(shared),
    sadcGroupParameters01: fixed(3, () => biases([...groups, 'NCCF_CAL_REFBIAS_V'])),
    sadcGroupParameters23: fixed(3, () => biases([...groups, 'NCCF_CAL_REFBIAS_V'])),
    sadcEnables: off(['NccfExtinViGroup0Pg0', 'NccfExtinViGroup0Pg1']),
    ...off(['enablePg0ReferenceMonitor', 'enablePg1ReferenceMonitor']),
    ...off(['paramGen0Powerdown', 'paramGen1Powerdown']),
    dvsIf: { filter: [], pixelDestinations: fixed(2, () => destination) },
    bioamps: { channelParameters: fixed(8, () => biases(['BADCTHU'])), gain: 0 },
  });
  const board = { value0: { chips: Array.from({ length: chips }, chip) } };
  return JSON.stringify(board, null, indent).replaceAll(/"@(\d+)"/g, '$1');
}
