/** One attribute of a name: its OID and the spellings it is known by, the one we write first. */
export interface DnAttribute {
  readonly oid: string;
  readonly aliases: readonly [preferred: string, ...others: string[]];
}

const attribute = (oid: string, preferred: string, ...others: string[]): DnAttribute => ({
  oid,
  aliases: [preferred, ...others],
});

/**
 * The 34 attributes that a distinguished name may hold by name (requirements.md T-21). `SN` is the surname, `S` the
 * state, `T` the title and `E` the e-mail address. `emailAddress` is the spelling of openssl and MaaS360.
 */
export const DN_ATTRIBUTES: readonly DnAttribute[] = [
  attribute("2.5.4.3", "CN", "CommonName"),
  attribute("2.5.4.4", "SN", "SurName"),
  attribute("2.5.4.5", "SERIALNUMBER", "DeviceSerialNumber"),
  attribute("2.5.4.6", "C", "Country"),
  attribute("2.5.4.7", "L", "Locality"),
  attribute("2.5.4.8", "ST", "S", "State"),
  attribute("2.5.4.9", "STREET", "StreetAddress"),
  attribute("2.5.4.10", "O", "Org", "Organization"),
  attribute("2.5.4.11", "OU", "OrganizationalUnit", "OrganizationUnit", "OrgUnit"),
  attribute("2.5.4.12", "T", "Title"),
  attribute("2.5.4.15", "BUSINESSCATEGORY"),
  attribute("2.5.4.17", "POSTALCODE"),
  attribute("2.5.4.42", "givenName", "G"),
  attribute("2.5.4.43", "I", "Initials"),
  attribute("2.5.4.97", "ORGANIZATIONIDENTIFIER"),
  attribute("0.9.2342.19200300.100.1.1", "UID"),
  attribute("0.9.2342.19200300.100.1.25", "DC", "DomainComponent"),
  attribute("1.2.840.113549.1.9.1", "E", "Email", "emailAddress"),
  attribute("1.2.840.113549.1.9.2", "unstructuredName"),
  attribute("1.2.840.113549.1.9.8", "unstructuredAddress"),
  attribute("1.3.6.1.4.1.311.60.2.1.1", "JurisdictionOfIncorporationLocalityName"),
  attribute("1.3.6.1.4.1.311.60.2.1.2", "JurisdictionOfIncorporationStateOrProvinceName"),
  attribute("1.3.6.1.4.1.311.60.2.1.3", "JurisdictionOfIncorporationCountryName"),
  attribute("1.3.6.1.4.1.53087.1.2", "TrademarkOfficeName"),
  attribute("1.3.6.1.4.1.53087.1.3", "TrademarkCountryOrRegionName"),
  attribute("1.3.6.1.4.1.53087.1.4", "TrademarkRegistration"),
  attribute("1.3.6.1.4.1.53087.1.5", "LegalEntityIdentifier"),
  attribute("1.3.6.1.4.1.53087.1.6", "WordMark"),
  attribute("1.3.6.1.4.1.53087.1.13", "MarkType"),
  attribute("1.3.6.1.4.1.53087.3.2", "StatuteCountryName"),
  attribute("1.3.6.1.4.1.53087.3.3", "StatuteStateOrProvinceName"),
  attribute("1.3.6.1.4.1.53087.3.4", "StatuteLocalityName"),
  attribute("1.3.6.1.4.1.53087.3.5", "StatuteCitation"),
  attribute("1.3.6.1.4.1.53087.3.6", "StatuteURL"),
];

const OIDS: ReadonlyMap<string, string> = new Map(
  DN_ATTRIBUTES.flatMap(({ oid, aliases }) =>
    aliases.map((alias) => [alias.toLowerCase(), oid] as const),
  ),
);
const ALIASES: ReadonlyMap<string, string> = new Map(
  DN_ATTRIBUTES.map(({ oid, aliases }) => [oid, aliases[0]] as const),
);

/** The OID of an alias, regardless of case. */
export const oidOfDnAlias = (alias: string): string | undefined => OIDS.get(alias.toLowerCase());

/** The alias we write for an OID. */
export const dnAliasOfOid = (oid: string): string | undefined => ALIASES.get(oid);
