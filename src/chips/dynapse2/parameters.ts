/**
 * Bias parameters of a core and the factor that each puts on the generator's current. The last letter
 * of a name is the type of the transistor. Parameters without a known factor have 1.
 */
export const coreParameters = {
  SOIF_GAIN_N: 1.05,
  SOIF_LEAK_N: 0.61,
  SOIF_REFR_N: 1.05,
  SOIF_DC_P: 0.38,
  SOIF_SPKTHR_P: 0.38,
  SOIF_CC_N: 0.66,
  SOAD_PWTAU_N: 0.92,
  SOAD_GAIN_P: 0.68,
  SOAD_TAU_P: 0.2,
  SOAD_W_N: 0.92,
  SOAD_CASC_P: 0.385,
  SOCA_W_N: 0.92,
  SOCA_GAIN_P: 0.68,
  SOCA_TAU_P: 0.2,
  SOHO_VB_P: 1.47,
  SOHO_VH_P: 1.47,
  SOHO_VREF_P: 0.68,
  SOHO_VREF_L_P: 1.47,
  SOHO_VREF_H_P: 1.47,
  SOHO_VREF_M_P: 1.47,
  SOHO_VRST_P: 1,
  DEAM_ETAU_P: 0.2,
  DEAM_EGAIN_P: 0.68,
  DEAM_ITAU_P: 0.2,
  DEAM_IGAIN_P: 0.68,
  DEAM_VRES_P: 0.385,
  DEAM_HRES_P: 0.385,
  DEAM_NRES_P: 0.385,
  DEAM_REV_N: 1,
  DENM_ETAU_P: 0.2,
  DENM_EGAIN_P: 0.68,
  DENM_ITAU_P: 0.2,
  DENM_IGAIN_P: 0.68,
  DENM_NMREV_N: 1.05,
  DENM_REV_N: 1,
  DEGA_ITAU_P: 0.2,
  DEGA_IGAIN_P: 0.68,
  DEGA_REV_P: 1,
  DESC_ITAU_P: 0.2,
  DESC_IGAIN_P: 0.68,
  DESC_REV_P: 1,
  SYAM_W0_P: 0.22,
  SYAM_W1_P: 0.22,
  SYAM_W2_P: 0.22,
  SYAM_W3_P: 0.22,
  SYAM_STDW_N: 0.67,
  SYAW_STDSTR_N: 0.2,
  SYSA_VRES_N: 1.9,
  SYSA_VB_P: 1.9,
  SYPD_EXT_N: 0.92,
  SYPD_DLY0_P: 0.22,
  SYPD_DLY1_P: 0.22,
  SYPD_DLY2_P: 1.6,
} as const;

/** Name of a bias parameter of a core. */
export type CoreParameterName = keyof typeof coreParameters;

/** All bias parameters of a core, in the order of their memory words. */
export const coreParameterNames: readonly CoreParameterName[] = Object.keys(
  coreParameters,
) as CoreParameterName[];

/** Name of a current that the neurons of a core share. */
export type CoreCurrentName =
  | 'Idc'
  | 'If_nmda'
  | 'Igain_ahp'
  | 'Igain_ampa'
  | 'Igain_gaba'
  | 'Igain_nmda'
  | 'Igain_shunt'
  | 'Igain_mem'
  | 'Ipulse_ahp'
  | 'Ipulse'
  | 'Iref'
  | 'Ispkthr'
  | 'Itau_ahp'
  | 'Itau_ampa'
  | 'Itau_gaba'
  | 'Itau_nmda'
  | 'Itau_shunt'
  | 'Itau_mem'
  | 'Iw_0'
  | 'Iw_1'
  | 'Iw_2'
  | 'Iw_3'
  | 'Iw_ahp';

/** The parameter that carries each current of the neuron model. */
export const currentParameter: Readonly<Record<CoreCurrentName, CoreParameterName>> = {
  Idc: 'SOIF_DC_P',
  If_nmda: 'DENM_NMREV_N',
  Igain_ahp: 'SOAD_GAIN_P',
  Igain_ampa: 'DEAM_EGAIN_P',
  Igain_gaba: 'DEGA_IGAIN_P',
  Igain_nmda: 'DENM_EGAIN_P',
  Igain_shunt: 'DESC_IGAIN_P',
  Igain_mem: 'SOIF_GAIN_N',
  Ipulse_ahp: 'SOAD_PWTAU_N',
  Ipulse: 'SYPD_EXT_N',
  Iref: 'SOIF_REFR_N',
  Ispkthr: 'SOIF_SPKTHR_P',
  Itau_ahp: 'SOAD_TAU_P',
  Itau_ampa: 'DEAM_ETAU_P',
  Itau_gaba: 'DEGA_ITAU_P',
  Itau_nmda: 'DENM_ETAU_P',
  Itau_shunt: 'DESC_ITAU_P',
  Itau_mem: 'SOIF_LEAK_N',
  Iw_0: 'SYAM_W0_P',
  Iw_1: 'SYAM_W1_P',
  Iw_2: 'SYAM_W2_P',
  Iw_3: 'SYAM_W3_P',
  Iw_ahp: 'SOAD_W_N',
};

/** Names of the currents that the neurons of a core share. */
export const coreCurrentNames: readonly CoreCurrentName[] = Object.keys(
  currentParameter,
) as CoreCurrentName[];

/** The currents that the neurons of a core share, amperes. */
export type CoreCurrents = Readonly<Record<CoreCurrentName, number>>;
