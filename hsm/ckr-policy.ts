/**
 * What follows from a return value of a module:
 * - `retry`: another session of the same token, after a look at the login, may do it; tried once, then as `fail-over`.
 * - `reopen`: only a module that is initialised afresh gets over it; the operation goes to another token meanwhile.
 * - `fail-over`: this token cannot do it now, another may.
 * - `give-up`: every token would say the same.
 */
export type CkrAction = "retry" | "reopen" | "fail-over" | "give-up";

export interface CkrPolicy {
  readonly name: string;
  readonly action: CkrAction;
  readonly reason: string;
}

const policy = (name: string, action: CkrAction, reason: string): CkrPolicy => ({
  name,
  action,
  reason,
});

/** By number (PKCS #11 v2.40 and its header); what is not here is `fail-over`, since a vendor's own number says nothing about the operation. */
export const CKR_POLICY: Readonly<Partial<Record<number, CkrPolicy>>> = {
  0x02: policy("CKR_HOST_MEMORY", "fail-over", "memory may be free again later"),
  0x05: policy("CKR_GENERAL_ERROR", "fail-over", "says nothing; three in a row re-open the module"),
  0x06: policy("CKR_FUNCTION_FAILED", "fail-over", "may pass; three in a row re-open the module"),
  0x07: policy("CKR_ARGUMENTS_BAD", "give-up", "the same arguments are as bad elsewhere"),
  0x20: policy("CKR_DATA_INVALID", "give-up", "about the data, not the token"),
  0x21: policy("CKR_DATA_LEN_RANGE", "give-up", "about the data, not the token"),
  0x30: policy(
    "CKR_DEVICE_ERROR",
    "reopen",
    "the device has failed; handles are worth nothing now",
  ),
  0x31: policy("CKR_DEVICE_MEMORY", "fail-over", "the token is full"),
  0x32: policy("CKR_DEVICE_REMOVED", "reopen", "a token that comes back is seen after a new start"),
  0x40: policy("CKR_ENCRYPTED_DATA_INVALID", "give-up", "about the data, not the token"),
  0x41: policy("CKR_ENCRYPTED_DATA_LEN_RANGE", "give-up", "about the data, not the token"),
  0x54: policy("CKR_FUNCTION_NOT_SUPPORTED", "give-up", "the module lacks the call"),
  0x60: policy("CKR_KEY_HANDLE_INVALID", "retry", "handles change when somebody logs in again"),
  0x62: policy("CKR_KEY_SIZE_RANGE", "give-up", "the module does not take keys of this size"),
  0x63: policy("CKR_KEY_TYPE_INCONSISTENT", "give-up", "the key is of another kind"),
  0x68: policy("CKR_KEY_FUNCTION_NOT_PERMITTED", "give-up", "the key was not made for it"),
  0x70: policy("CKR_MECHANISM_INVALID", "give-up", "the token lacks the mechanism"),
  0x71: policy("CKR_MECHANISM_PARAM_INVALID", "give-up", "the token lacks these parameters"),
  0x82: policy(
    "CKR_OBJECT_HANDLE_INVALID",
    "retry",
    "seen after a logout by somebody else and after a re-login",
  ),
  0x90: policy("CKR_OPERATION_ACTIVE", "retry", "the session is stuck; another one is not"),
  0x91: policy("CKR_OPERATION_NOT_INITIALIZED", "retry", "the session has lost its operation"),
  0xa0: policy("CKR_PIN_INCORRECT", "fail-over", "tried once and never again: tokens lock"),
  0xa1: policy("CKR_PIN_INVALID", "fail-over", "tried once and never again: tokens lock"),
  0xa2: policy("CKR_PIN_LEN_RANGE", "fail-over", "tried once and never again: tokens lock"),
  0xa3: policy("CKR_PIN_EXPIRED", "fail-over", "a person must set a new PIN"),
  0xa4: policy("CKR_PIN_LOCKED", "fail-over", "the security officer must set a new PIN"),
  0xb0: policy("CKR_SESSION_CLOSED", "retry", "a new session may be had"),
  0xb1: policy("CKR_SESSION_COUNT", "fail-over", "others hold the token's sessions"),
  0xb3: policy("CKR_SESSION_HANDLE_INVALID", "retry", "somebody has closed all sessions"),
  0xe0: policy(
    "CKR_TOKEN_NOT_PRESENT",
    "reopen",
    "a token that comes back is seen after a new start",
  ),
  0xe1: policy("CKR_TOKEN_NOT_RECOGNIZED", "reopen", "the reader must look at it afresh"),
  0xe2: policy("CKR_TOKEN_WRITE_PROTECTED", "give-up", "no key can be made on it"),
  0x101: policy("CKR_USER_NOT_LOGGED_IN", "retry", "somebody has logged out; log in once"),
  0x104: policy(
    "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
    "fail-over",
    "another kind of user holds the token",
  ),
  0x190: policy("CKR_CRYPTOKI_NOT_INITIALIZED", "reopen", "somebody has finalised the module"),
};

/** Where the call changes what its return value asks for. */
const BY_CALL: Readonly<Partial<Record<string, Partial<Record<number, CkrAction>>>>> = {
  // SoftHSM says so now and then and goes on as if nothing had been. A call that fails has made nothing (PKCS #11 section 5.1), and the second try makes a key of another id.
  C_GenerateKeyPair: { 0x05: "retry" },
};

/** What to do about a return value of a call (`C_Sign`). */
export const actionOf = (code: number, call: string): CkrAction =>
  BY_CALL[call]?.[code] ?? CKR_POLICY[code]?.action ?? "fail-over";
