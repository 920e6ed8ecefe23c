-- The database schema as the migrations make it: for reading and for review. Not a script to run.
-- Written by `flask schema-dump` from the catalogue and compared with it by a test; do not edit.

CREATE TABLE account_managers (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid,
    name character varying(255) NOT NULL,
    email character varying(255) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_account_managers PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_account_managers_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_account_managers_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id)
);
CREATE INDEX ix_account_managers_user ON public.account_managers USING btree (tenant_id, user_id);
ALTER TABLE account_managers ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_managers FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON account_managers FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON account_managers FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.account_managers FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.account_managers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON account_managers TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON account_managers TO rms_purger;

CREATE TABLE audit_logs (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid,
    entity_type character varying(100) NOT NULL,
    entity_id uuid,
    action character varying(50) NOT NULL,
    old_values jsonb,
    new_values jsonb,
    ip_address character varying(45),
    user_agent text,
    request_id character varying(64),
    reason text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone GENERATED ALWAYS AS (created_at) STORED NOT NULL,
    transaction_id bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    erased_old bytea,
    erased_new bytea,
    erased_at timestamp with time zone,
    erased_reason text,
    CONSTRAINT pk_audit_logs PRIMARY KEY (tenant_id, created_at, id),
    CONSTRAINT fk_audit_logs_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_audit_logs_action_is_named CHECK (((action)::text <> ''::text))
) PARTITION BY RANGE (created_at);
CREATE INDEX ix_audit_logs_of_entity ON public.audit_logs USING btree (tenant_id, entity_type, entity_id, created_at DESC);
CREATE INDEX ix_audit_logs_of_user ON public.audit_logs USING btree (tenant_id, user_id, created_at DESC);
CREATE INDEX ix_audit_logs_to_seal ON public.audit_logs USING btree (tenant_id, epoch, transaction_id, created_at, id);
ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_by_scheduler ON audit_logs FOR SELECT TO rms_definer USING (true);
CREATE POLICY erased_by_function ON audit_logs FOR UPDATE TO rms_audit USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY read_to_seal ON audit_logs FOR SELECT TO rms_audit USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON audit_logs FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY written_by_triggers ON audit_logs FOR INSERT TO rms_audit WITH CHECK (true);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_audit_change_but_erasure();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
GRANT SELECT ON audit_logs TO rms_app;
GRANT INSERT, SELECT, UPDATE (erased_at, erased_new, erased_old, erased_reason, new_values, old_values) ON audit_logs TO rms_audit;
GRANT SELECT (created_at, epoch, id, tenant_id, transaction_id) ON audit_logs TO rms_definer;

CREATE TABLE audit_seals (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    sequence bigint NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    from_xid bigint NOT NULL,
    to_xid bigint NOT NULL,
    to_created_at timestamp with time zone NOT NULL,
    to_id uuid NOT NULL,
    row_count integer NOT NULL,
    entries bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone GENERATED ALWAYS AS (created_at) STORED NOT NULL,
    CONSTRAINT pk_audit_seals PRIMARY KEY (tenant_id, sequence),
    CONSTRAINT fk_audit_seals_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_audit_seals_a_seal_holds_entries CHECK (((row_count > 0) AND (octet_length(entries) = (32 * row_count))))
);
ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_by_scheduler ON audit_seals FOR SELECT TO rms_definer USING (true);
CREATE POLICY read_to_seal ON audit_seals FOR SELECT TO rms_audit USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON audit_seals FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY written_by_sealer ON audit_seals FOR INSERT TO rms_audit WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON public.audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
GRANT SELECT ON audit_seals TO rms_app;
GRANT INSERT, SELECT ON audit_seals TO rms_audit;
GRANT SELECT (epoch, sequence, tenant_id, to_created_at, to_id, to_xid) ON audit_seals TO rms_definer;

CREATE TABLE bank_lines (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    batch_id uuid NOT NULL,
    position integer DEFAULT 0 NOT NULL,
    day date NOT NULL,
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    description text,
    reference character varying(100),
    fingerprint character varying(64) NOT NULL,
    state character varying(20) DEFAULT 'new'::character varying NOT NULL,
    customer_id uuid,
    suggestion jsonb,
    receipt_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_bank_lines PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_bank_lines_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_bank_lines_tenant_id_batch_id FOREIGN KEY (tenant_id, batch_id) REFERENCES import_batches(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_bank_lines_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_bank_lines_tenant_id_receipt_id FOREIGN KEY (tenant_id, receipt_id) REFERENCES receipts(tenant_id, id),
    CONSTRAINT ck_bank_lines_amount_is_positive CHECK ((amount > (0)::numeric)),
    CONSTRAINT ck_bank_lines_numbers_are_numbers CHECK (('NaN'::numeric <> amount)),
    CONSTRAINT ck_bank_lines_recorded_lines_name_their_receipt CHECK ((((state)::text = 'recorded'::text) = (receipt_id IS NOT NULL))),
    CONSTRAINT ck_bank_lines_state_is_known CHECK (((state)::text = ANY ((ARRAY['new'::character varying, 'recorded'::character varying, 'skipped'::character varying])::text[])))
);
CREATE INDEX ix_bank_lines_by_fingerprint ON public.bank_lines USING btree (tenant_id, fingerprint);
CREATE INDEX ix_bank_lines_customer ON public.bank_lines USING btree (tenant_id, customer_id);
CREATE INDEX ix_bank_lines_in_order ON public.bank_lines USING btree (tenant_id, batch_id, "position");
CREATE INDEX ix_bank_lines_receipt ON public.bank_lines USING btree (tenant_id, receipt_id);
ALTER TABLE bank_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON bank_lines FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON bank_lines FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.bank_lines FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON bank_lines TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON bank_lines TO rms_purger;

CREATE TABLE bulk_jobs (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    action character varying(10) NOT NULL,
    state character varying(10) DEFAULT 'queued'::character varying NOT NULL,
    created_by uuid NOT NULL,
    chosen jsonb NOT NULL,
    results jsonb DEFAULT '[]'::jsonb NOT NULL,
    total_count integer DEFAULT 0 NOT NULL,
    done_count integer DEFAULT 0 NOT NULL,
    language character varying(20) DEFAULT 'en_IN'::character varying NOT NULL,
    ended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_bulk_jobs PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_bulk_jobs_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_bulk_jobs_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_bulk_jobs_action_is_known CHECK (((action)::text = ANY ((ARRAY['pdf'::character varying, 'issue'::character varying, 'send'::character varying, 'remind'::character varying, 'csv'::character varying, 'xlsx'::character varying])::text[]))),
    CONSTRAINT ck_bulk_jobs_progress_is_within CHECK (((done_count >= 0) AND (done_count <= total_count))),
    CONSTRAINT ck_bulk_jobs_state_is_known CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying])::text[])))
);
CREATE INDEX ix_bulk_jobs_of_user ON public.bulk_jobs USING btree (tenant_id, created_by, created_at);
ALTER TABLE bulk_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON bulk_jobs FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON bulk_jobs FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.bulk_jobs FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON bulk_jobs TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON bulk_jobs TO rms_purger;

CREATE TABLE client_types (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    code character varying(50) NOT NULL,
    name character varying(255) NOT NULL,
    description text,
    payment_terms integer DEFAULT 30 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_client_types PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_client_types_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT fk_client_types_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_client_types_payment_terms_are_days CHECK (((payment_terms >= 0) AND (payment_terms <= 3650)))
);
ALTER TABLE client_types ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_types FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON client_types FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON client_types FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.client_types FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.client_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON client_types TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON client_types TO rms_purger;

CREATE TABLE companies (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    trade_name character varying(255),
    address text,
    address_line1 character varying(255),
    address_line2 character varying(255),
    city character varying(100),
    pin_code character varying(6),
    state_code character varying(2),
    registration_number character varying(100),
    tax_id character varying(100),
    gst_number character varying(15),
    udyam_number character varying(30),
    contact_name character varying(100),
    contact_email character varying(255),
    contact_phone character varying(20),
    bank_name character varying(100),
    bank_branch character varying(100),
    bank_account_name character varying(255),
    bank_account_number text,
    bank_ifsc character varying(11),
    upi_id character varying(255),
    signatory_name character varying(100),
    financial_year_start date,
    currency character varying(3) DEFAULT 'INR'::character varying NOT NULL,
    industry character varying(100),
    company_size character varying(50),
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    bank_account_last4 character varying(4),
    CONSTRAINT pk_companies PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_companies_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_companies_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_companies_pin_code_has_six_digits CHECK (((pin_code)::text ~ '^[1-9][0-9]{5}$'::text)),
    CONSTRAINT ck_companies_state_code_has_two_digits CHECK (((state_code)::text ~ '^[0-9]{2}$'::text))
);
CREATE INDEX ix_companies_tenant ON public.companies USING btree (tenant_id);
ALTER TABLE companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE companies FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON companies FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON companies FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.companies FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{bank_account_number}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.companies FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON companies TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON companies TO rms_purger;

CREATE TABLE credit_note_applications (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    credit_note_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    applied_amount numeric(15,2) DEFAULT 0 NOT NULL,
    applied_on date NOT NULL,
    released_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_applications PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_credit_note_applications_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_credit_note_applications_tenant_id_credit_note_id FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes(tenant_id, id),
    CONSTRAINT fk_credit_note_applications_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id),
    CONSTRAINT ck_credit_note_applications_an_application_takes_something_off CHECK ((applied_amount > (0)::numeric)),
    CONSTRAINT ck_credit_note_applications_numbers_are_numbers CHECK (('NaN'::numeric <> applied_amount)),
    CONSTRAINT ck_credit_note_applications_released_after_it_was_applied CHECK ((released_on >= applied_on))
);
CREATE INDEX ix_credit_note_applications_of_credit_note ON public.credit_note_applications USING btree (tenant_id, credit_note_id);
CREATE INDEX ix_credit_note_applications_of_invoice ON public.credit_note_applications USING btree (tenant_id, invoice_id);
CREATE UNIQUE INDEX uq_credit_note_applications_one_live_per_invoice ON public.credit_note_applications USING btree (tenant_id, credit_note_id, invoice_id) WHERE (released_on IS NULL);
ALTER TABLE credit_note_applications ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_note_applications FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON credit_note_applications FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON credit_note_applications FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.credit_note_applications FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER keep_sums AFTER INSERT OR DELETE OR UPDATE ON public.credit_note_applications FOR EACH ROW EXECUTE FUNCTION keep_application_sums();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.credit_note_applications FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON credit_note_applications TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON credit_note_applications TO rms_purger;

CREATE TABLE credit_note_line_items (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    credit_note_id uuid NOT NULL,
    invoice_line_id uuid,
    position integer DEFAULT 0 NOT NULL,
    name character varying(255),
    description text,
    hsn_sac character varying(8),
    unit character varying(20),
    quantity numeric(12,3) DEFAULT 1 NOT NULL,
    rate numeric(15,4) DEFAULT 0 NOT NULL,
    taxable_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_treatment character varying(20) DEFAULT 'taxable'::character varying NOT NULL,
    tax_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cess_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_amount numeric(15,2) DEFAULT 0 NOT NULL,
    total numeric(15,2) DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_line_items PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_credit_note_line_items_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_credit_note_line_items_tenant_id_credit_note_id FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_credit_note_line_items_tenant_id_invoice_line_id FOREIGN KEY (tenant_id, invoice_line_id) REFERENCES invoice_line_items(tenant_id, id),
    CONSTRAINT ck_credit_note_line_items_amounts_are_not_negative CHECK (((quantity >= (0)::numeric) AND (rate >= (0)::numeric) AND (taxable_amount >= (0)::numeric))),
    CONSTRAINT ck_credit_note_line_items_cess_rate_is_sane CHECK (((cess_rate >= (0)::numeric) AND (cess_rate <= (999)::numeric))),
    CONSTRAINT ck_credit_note_line_items_hsn_sac_is_digits CHECK (((hsn_sac)::text ~ '^[0-9]{2,8}$'::text)),
    CONSTRAINT ck_credit_note_line_items_numbers_are_numbers CHECK (((((((((((('NaN'::numeric <> quantity) AND ('NaN'::numeric <> rate)) AND ('NaN'::numeric <> taxable_amount)) AND ('NaN'::numeric <> tax_rate)) AND ('NaN'::numeric <> cess_rate)) AND ('NaN'::numeric <> cgst_amount)) AND ('NaN'::numeric <> sgst_amount)) AND ('NaN'::numeric <> igst_amount)) AND ('NaN'::numeric <> cess_amount)) AND ('NaN'::numeric <> tax_amount)) AND ('NaN'::numeric <> total))),
    CONSTRAINT ck_credit_note_line_items_tax_amount_adds_up CHECK ((tax_amount = (((cgst_amount + sgst_amount) + igst_amount) + cess_amount))),
    CONSTRAINT ck_credit_note_line_items_tax_rate_is_a_percentage CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric))),
    CONSTRAINT ck_credit_note_line_items_tax_treatment_is_known CHECK (((tax_treatment)::text = ANY ((ARRAY['taxable'::character varying, 'nil'::character varying, 'exempt'::character varying, 'non_gst'::character varying])::text[]))),
    CONSTRAINT ck_credit_note_line_items_total_adds_up CHECK ((total = (taxable_amount + tax_amount)))
);
CREATE INDEX ix_credit_note_line_items_in_order ON public.credit_note_line_items USING btree (tenant_id, credit_note_id, "position");
CREATE INDEX ix_credit_note_line_items_of_line ON public.credit_note_line_items USING btree (tenant_id, invoice_line_id);
ALTER TABLE credit_note_line_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_note_line_items FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON credit_note_line_items FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON credit_note_line_items FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.credit_note_line_items FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,cgst_amount,sgst_amount,igst_amount,cess_amount,tax_amount,total}', '{}');
CREATE TRIGGER freeze_issued BEFORE INSERT OR DELETE OR UPDATE ON public.credit_note_line_items FOR EACH ROW EXECUTE FUNCTION freeze_issued_credit_note_line();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.credit_note_line_items FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON credit_note_line_items TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON credit_note_line_items TO rms_purger;

CREATE TABLE credit_notes (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    credit_note_number character varying(50),
    credit_note_date date NOT NULL,
    customer_id uuid,
    invoice_id uuid,
    reason character varying(255),
    place_of_supply character varying(2),
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    gst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    total_credit numeric(15,2) DEFAULT 0 NOT NULL,
    status character varying(50) DEFAULT 'draft'::character varying NOT NULL,
    notes text,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    series_id uuid,
    customer_gst character varying(15),
    is_financial boolean DEFAULT false NOT NULL,
    reason_code character varying(20) DEFAULT 'other'::character varying NOT NULL,
    supply_type character varying(20),
    tax_mode character varying(30),
    reverse_charge boolean DEFAULT false NOT NULL,
    round_off numeric(15,2) DEFAULT 0 NOT NULL,
    applied_amount numeric(15,2) DEFAULT 0 NOT NULL,
    refunded_amount numeric(15,2) DEFAULT 0 NOT NULL,
    unapplied_amount numeric(15,2) GENERATED ALWAYS AS (((total_credit - applied_amount) - refunded_amount)) STORED NOT NULL,
    issued_at timestamp with time zone,
    sent_at timestamp with time zone,
    cancelled_on date,
    cancel_reason character varying(255),
    seller_snapshot jsonb,
    buyer_snapshot jsonb,
    CONSTRAINT pk_credit_notes PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_credit_notes_tenant_id_credit_note_number UNIQUE (tenant_id, credit_note_number),
    CONSTRAINT fk_credit_notes_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_credit_notes_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_credit_notes_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_credit_notes_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id),
    CONSTRAINT fk_credit_notes_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id),
    CONSTRAINT ck_credit_notes_amounts_are_not_negative CHECK (((amount >= (0)::numeric) AND (gst_amount >= (0)::numeric))),
    CONSTRAINT ck_credit_notes_cancelled_credit_notes_say_when CHECK ((((status)::text = 'cancelled'::text) = (cancelled_on IS NOT NULL))),
    CONSTRAINT ck_credit_notes_drafts_are_not_issued CHECK ((((status)::text = 'draft'::text) = (issued_at IS NULL))),
    CONSTRAINT ck_credit_notes_financial_credit_notes_carry_no_tax CHECK (((NOT is_financial) OR (gst_amount = (0)::numeric))),
    CONSTRAINT ck_credit_notes_gst_amount_adds_up CHECK ((gst_amount = (((cgst_amount + sgst_amount) + igst_amount) + cess_amount))),
    CONSTRAINT ck_credit_notes_issued_credit_notes_have_number_and_customer CHECK ((((status)::text = 'draft'::text) OR ((credit_note_number IS NOT NULL) AND (customer_id IS NOT NULL)))),
    CONSTRAINT ck_credit_notes_numbers_are_numbers CHECK ((((((((((('NaN'::numeric <> amount) AND ('NaN'::numeric <> cgst_amount)) AND ('NaN'::numeric <> sgst_amount)) AND ('NaN'::numeric <> igst_amount)) AND ('NaN'::numeric <> cess_amount)) AND ('NaN'::numeric <> gst_amount)) AND ('NaN'::numeric <> round_off)) AND ('NaN'::numeric <> total_credit)) AND ('NaN'::numeric <> applied_amount)) AND ('NaN'::numeric <> refunded_amount))),
    CONSTRAINT ck_credit_notes_reason_code_is_known CHECK (((reason_code)::text = ANY ((ARRAY['return'::character varying, 'price'::character varying, 'deficiency'::character varying, 'discount'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_credit_notes_status_is_known CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'issued'::character varying, 'applied'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT ck_credit_notes_supply_type_is_known CHECK (((supply_type)::text = ANY ((ARRAY['INTRA'::character varying, 'INTER'::character varying])::text[]))),
    CONSTRAINT ck_credit_notes_tax_mode_is_known CHECK (((tax_mode)::text = ANY ((ARRAY['CGST_SGST'::character varying, 'CGST_UTGST'::character varying, 'IGST'::character varying, 'IGST_ZERO_RATED_LUT'::character varying, 'NONE'::character varying])::text[]))),
    CONSTRAINT ck_credit_notes_total_credit_adds_up CHECK ((total_credit = ((amount + gst_amount) + round_off))),
    CONSTRAINT ck_credit_notes_used_is_between_zero_and_total CHECK (((applied_amount >= (0)::numeric) AND (refunded_amount >= (0)::numeric) AND ((applied_amount + refunded_amount) <= total_credit)))
);
CREATE INDEX ix_credit_notes_newest_first ON public.credit_notes USING btree (tenant_id, credit_note_date DESC, id DESC);
CREATE INDEX ix_credit_notes_number_trigrams ON public.credit_notes USING gin (tenant_id, credit_note_number gin_trgm_ops);
CREATE INDEX ix_credit_notes_of_customer ON public.credit_notes USING btree (tenant_id, customer_id, credit_note_date);
CREATE INDEX ix_credit_notes_of_invoice ON public.credit_notes USING btree (tenant_id, invoice_id);
CREATE INDEX ix_credit_notes_of_series ON public.credit_notes USING btree (tenant_id, series_id);
ALTER TABLE credit_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON credit_notes FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON credit_notes FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.credit_notes FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,cgst_amount,sgst_amount,igst_amount,cess_amount,gst_amount,total_credit,round_off,applied_amount,refunded_amount,unapplied_amount}', '{seller_snapshot,buyer_snapshot}');
CREATE TRIGGER freeze_issued BEFORE DELETE OR UPDATE ON public.credit_notes FOR EACH ROW EXECUTE FUNCTION freeze_issued_credit_note();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.credit_notes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE CONSTRAINT TRIGGER void_credits_nothing AFTER INSERT OR UPDATE ON public.credit_notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['draft'::character varying, 'cancelled'::character varying])::text[])) AND ((new.applied_amount + new.refunded_amount) <> (0)::numeric))) EXECUTE FUNCTION refuse_void_credit();
GRANT DELETE, INSERT, SELECT, UPDATE ON credit_notes TO rms_app;
GRANT DELETE, SELECT (status, tenant_id) ON credit_notes TO rms_purger;

CREATE TABLE customer_contacts (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    designation character varying(100),
    email character varying(255),
    phone character varying(20),
    gets_invoices boolean DEFAULT false NOT NULL,
    gets_reminders boolean DEFAULT false NOT NULL,
    gets_receipts boolean DEFAULT false NOT NULL,
    gets_statements boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_customer_contacts PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_customer_contacts_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_customer_contacts_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_customer_contacts_of_customer ON public.customer_contacts USING btree (tenant_id, customer_id);
ALTER TABLE customer_contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_contacts FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON customer_contacts FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON customer_contacts FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.customer_contacts FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.customer_contacts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON customer_contacts TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON customer_contacts TO rms_purger;

CREATE TABLE customers (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    code character varying(50) NOT NULL,
    name character varying(255) NOT NULL,
    client_type_id uuid,
    gst_treatment character varying(20) DEFAULT 'unregistered'::character varying NOT NULL,
    gst_number character varying(15),
    pan_number character varying(10),
    address text,
    address_line1 character varying(255),
    address_line2 character varying(255),
    city character varying(100),
    pin_code character varying(10),
    state_code character varying(2),
    country_code character varying(2) DEFAULT 'IN'::character varying NOT NULL,
    shipping_name character varying(255),
    shipping_address_line1 character varying(255),
    shipping_address_line2 character varying(255),
    shipping_city character varying(100),
    shipping_pin_code character varying(10),
    shipping_state_code character varying(2),
    email character varying(255),
    whatsapp character varying(20),
    phone character varying(20),
    contact_person character varying(255),
    payment_terms integer DEFAULT 30 NOT NULL,
    notes text,
    account_manager_id uuid,
    is_active boolean DEFAULT true NOT NULL,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    credit_limit numeric(15,2),
    merged_into_id uuid,
    CONSTRAINT pk_customers PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_customers_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT fk_customers_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_customers_tenant_id_account_manager_id FOREIGN KEY (tenant_id, account_manager_id) REFERENCES account_managers(tenant_id, id),
    CONSTRAINT fk_customers_tenant_id_client_type_id FOREIGN KEY (tenant_id, client_type_id) REFERENCES client_types(tenant_id, id),
    CONSTRAINT fk_customers_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_customers_tenant_id_merged_into_id FOREIGN KEY (tenant_id, merged_into_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT ck_customers_a_merged_customer_is_put_away CHECK (((merged_into_id IS NULL) OR (NOT is_active))),
    CONSTRAINT ck_customers_credit_limit_is_not_negative CHECK ((credit_limit >= (0)::numeric)),
    CONSTRAINT ck_customers_gst_treatment_is_known CHECK (((gst_treatment)::text = ANY ((ARRAY['regular'::character varying, 'composition'::character varying, 'unregistered'::character varying, 'sez'::character varying, 'deemed_export'::character varying, 'overseas'::character varying, 'uin'::character varying, 'tds_deductor'::character varying])::text[]))),
    CONSTRAINT ck_customers_numbers_are_numbers CHECK (('NaN'::numeric <> credit_limit)),
    CONSTRAINT ck_customers_payment_terms_are_days CHECK (((payment_terms >= 0) AND (payment_terms <= 3650))),
    CONSTRAINT ck_customers_registered_customers_have_a_gstin CHECK ((((gst_treatment)::text = ANY ((ARRAY['unregistered'::character varying, 'overseas'::character varying])::text[])) OR (gst_number IS NOT NULL))),
    CONSTRAINT ck_customers_state_code_has_two_digits CHECK ((((state_code)::text ~ '^[0-9]{2}$'::text) AND ((shipping_state_code)::text ~ '^[0-9]{2}$'::text)))
);
CREATE INDEX ix_customers_account_manager ON public.customers USING btree (tenant_id, account_manager_id);
CREATE INDEX ix_customers_by_name ON public.customers USING btree (tenant_id, name, id);
CREATE INDEX ix_customers_client_type ON public.customers USING btree (tenant_id, client_type_id);
CREATE INDEX ix_customers_merged ON public.customers USING btree (tenant_id, merged_into_id);
CREATE INDEX ix_customers_name_trigrams ON public.customers USING gin (tenant_id, lower((name)::text) gin_trgm_ops);
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON customers FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY searched ON customers FOR SELECT TO rms_definer USING (true);
CREATE POLICY tenant_isolation ON customers FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER count_active_on_delete AFTER DELETE ON public.customers REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_customers();
CREATE TRIGGER count_active_on_insert AFTER INSERT ON public.customers REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_customers();
CREATE TRIGGER count_active_on_update AFTER UPDATE ON public.customers REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_customers();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON customers TO rms_app;
GRANT SELECT (gst_number, id, name, tenant_id) ON customers TO rms_definer;
GRANT DELETE, SELECT (tenant_id) ON customers TO rms_purger;

CREATE TABLE deleted_drafts (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    rows jsonb NOT NULL,
    deleted_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_deleted_drafts PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_deleted_drafts_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
CREATE INDEX ix_deleted_drafts_by_age ON public.deleted_drafts USING btree (tenant_id, deleted_at);
ALTER TABLE deleted_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE deleted_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON deleted_drafts FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON deleted_drafts FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.deleted_drafts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON deleted_drafts TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON deleted_drafts TO rms_purger;

CREATE TABLE document_views (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    link_id uuid NOT NULL,
    visitor character varying(43) NOT NULL,
    seen_on date NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    count integer DEFAULT 1 NOT NULL,
    device character varying(100) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_document_views PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_document_views_tenant_id_link_id_visitor_seen_on UNIQUE (tenant_id, link_id, visitor, seen_on),
    CONSTRAINT fk_document_views_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_document_views_tenant_id_link_id FOREIGN KEY (tenant_id, link_id) REFERENCES public_links(tenant_id, id),
    CONSTRAINT ck_document_views_count_is_positive CHECK ((count > 0))
);
ALTER TABLE document_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_views FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON document_views FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON document_views FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.document_views FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON document_views TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON document_views TO rms_purger;

CREATE TABLE email_changes (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    old_email character varying(255) NOT NULL,
    new_email character varying(255) NOT NULL,
    token character varying(255) NOT NULL,
    undo_token character varying(255) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    undo_until timestamp with time zone,
    undone_at timestamp with time zone,
    superseded_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_email_changes PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_email_changes_token UNIQUE (token),
    CONSTRAINT uq_email_changes_undo_token UNIQUE (undo_token),
    CONSTRAINT fk_email_changes_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_email_changes_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_email_changes_undone_after_confirmed CHECK (((undone_at IS NULL) OR (confirmed_at IS NOT NULL)))
);
CREATE INDEX ix_email_changes_user ON public.email_changes USING btree (tenant_id, user_id);
ALTER TABLE email_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON email_changes FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON email_changes FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.email_changes FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,token,undo_token}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.email_changes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON email_changes TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON email_changes TO rms_purger;

CREATE TABLE email_messages (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(50) NOT NULL,
    to_address character varying(255) NOT NULL,
    cc text,
    reply_to character varying(255),
    subject character varying(255) NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    entity_type character varying(100),
    entity_id uuid,
    state character varying(20) DEFAULT 'queued'::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
    last_error text,
    message_id character varying(255) NOT NULL,
    sent_at timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_email_messages PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_email_messages_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_email_messages_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_email_messages_attempts_are_not_negative CHECK ((attempts >= 0)),
    CONSTRAINT ck_email_messages_sent_mails_say_when CHECK ((((state)::text = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT ck_email_messages_state_is_known CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'sent'::character varying, 'failed'::character varying])::text[])))
);
CREATE INDEX ix_email_messages_about ON public.email_messages USING btree (tenant_id, entity_type, entity_id);
CREATE INDEX ix_email_messages_due ON public.email_messages USING btree (tenant_id, next_attempt_at, id) WHERE ((state)::text = 'queued'::text);
ALTER TABLE email_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_before_sign_in ON email_messages FOR SELECT TO rms_definer USING (true);
CREATE POLICY removed_by_purger ON email_messages FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON email_messages FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.email_messages FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,params,state,attempts,next_attempt_at,last_error,message_id,sent_at}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.email_messages FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON email_messages TO rms_app;
GRANT SELECT (id, next_attempt_at, state, tenant_id) ON email_messages TO rms_definer;
GRANT DELETE, SELECT (tenant_id) ON email_messages TO rms_purger;

CREATE TABLE email_verifications (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    email character varying(255) NOT NULL,
    token character varying(255) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    is_used boolean DEFAULT false NOT NULL,
    used_at timestamp with time zone,
    superseded_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_email_verifications PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_email_verifications_token UNIQUE (token),
    CONSTRAINT fk_email_verifications_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_email_verifications_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_email_verifications_used_tokens_say_when CHECK (((NOT is_used) OR (used_at IS NOT NULL)))
);
CREATE INDEX ix_email_verifications_user ON public.email_verifications USING btree (tenant_id, user_id);
ALTER TABLE email_verifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_verifications FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON email_verifications FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON email_verifications FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.email_verifications FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,token}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.email_verifications FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON email_verifications TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON email_verifications TO rms_purger;

CREATE TABLE file_chunks (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    file_id uuid NOT NULL,
    position integer DEFAULT 0 NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_file_chunks PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_file_chunks_tenant_id_file_id_position UNIQUE (tenant_id, file_id, "position"),
    CONSTRAINT fk_file_chunks_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_file_chunks_tenant_id_file_id FOREIGN KEY (tenant_id, file_id) REFERENCES files(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_file_chunks_chunk_is_at_most_a_mebibyte CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 1048576))),
    CONSTRAINT ck_file_chunks_position_is_not_negative CHECK (("position" >= 0))
);
ALTER TABLE file_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_chunks FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON file_chunks FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON file_chunks FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.file_chunks FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT ON file_chunks TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON file_chunks TO rms_purger;

CREATE TABLE files (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    name character varying(255) NOT NULL,
    media_type character varying(100) NOT NULL,
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    entity_type character varying(100),
    entity_id uuid,
    variant character varying(40),
    made_from character varying(64),
    expires_at timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_files_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_files_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_files_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['logo'::character varying, 'signature'::character varying, 'paper'::character varying, 'export'::character varying, 'import'::character varying, 'attachment'::character varying])::text[]))),
    CONSTRAINT ck_files_papers_say_what_they_show CHECK ((((kind)::text <> 'paper'::text) OR ((entity_type IS NOT NULL) AND (entity_id IS NOT NULL) AND (variant IS NOT NULL) AND (made_from IS NOT NULL)))),
    CONSTRAINT ck_files_sha256_is_one CHECK (((sha256)::text ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT ck_files_size_is_not_negative CHECK ((size >= 0))
);
CREATE INDEX ix_files_about ON public.files USING btree (tenant_id, entity_type, entity_id) WHERE (entity_id IS NOT NULL);
CREATE INDEX ix_files_created_by ON public.files USING btree (tenant_id, created_by) WHERE (created_by IS NOT NULL);
CREATE INDEX ix_files_ended ON public.files USING btree (tenant_id, expires_at) WHERE (expires_at IS NOT NULL);
CREATE UNIQUE INDEX uq_files_paper ON public.files USING btree (tenant_id, entity_type, entity_id, variant) WHERE ((kind)::text = 'paper'::text);
ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE files FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON files FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON files FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.files FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON files TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON files TO rms_purger;

CREATE TABLE gst_settings (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    is_gst_applicable boolean DEFAULT false NOT NULL,
    registration_type character varying(20) DEFAULT 'unregistered'::character varying NOT NULL,
    gst_number character varying(15),
    effective_date date,
    default_rate numeric(6,3) DEFAULT 0 NOT NULL,
    display_format character varying(50),
    filing_frequency character varying(20),
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_gst_settings PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_gst_settings_tenant_id UNIQUE (tenant_id),
    CONSTRAINT fk_gst_settings_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_gst_settings_default_rate_is_a_percentage CHECK (((default_rate >= (0)::numeric) AND (default_rate <= (100)::numeric))),
    CONSTRAINT ck_gst_settings_display_format_is_known CHECK (((display_format)::text = ANY ((ARRAY['inclusive'::character varying, 'exclusive'::character varying])::text[]))),
    CONSTRAINT ck_gst_settings_filing_frequency_is_known CHECK (((filing_frequency)::text = ANY ((ARRAY['monthly'::character varying, 'quarterly'::character varying, 'annually'::character varying])::text[]))),
    CONSTRAINT ck_gst_settings_gst_needs_a_gstin CHECK (((NOT is_gst_applicable) OR (gst_number IS NOT NULL))),
    CONSTRAINT ck_gst_settings_numbers_are_numbers CHECK (('NaN'::numeric <> default_rate)),
    CONSTRAINT ck_gst_settings_registration_type_is_known CHECK (((registration_type)::text = ANY ((ARRAY['regular'::character varying, 'composition'::character varying, 'unregistered'::character varying])::text[])))
);
ALTER TABLE gst_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE gst_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON gst_settings FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON gst_settings FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.gst_settings FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.gst_settings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON gst_settings TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON gst_settings TO rms_purger;

CREATE TABLE idempotency_keys (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    key text NOT NULL,
    purpose character varying(100) NOT NULL,
    location text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (tenant_id, key),
    CONSTRAINT fk_idempotency_keys_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON idempotency_keys FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON idempotency_keys FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.idempotency_keys FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON idempotency_keys TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON idempotency_keys TO rms_purger;

CREATE TABLE import_batches (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(20) DEFAULT 'bank_statement'::character varying NOT NULL,
    name character varying(255) NOT NULL,
    state character varying(20) DEFAULT 'waiting'::character varying NOT NULL,
    problem character varying(500),
    problems jsonb,
    file_id uuid,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_batches PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_import_batches_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_import_batches_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_import_batches_tenant_id_file_id FOREIGN KEY (tenant_id, file_id) REFERENCES files(tenant_id, id),
    CONSTRAINT ck_import_batches_kind_is_known CHECK (((kind)::text = 'bank_statement'::text)),
    CONSTRAINT ck_import_batches_state_is_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'read'::character varying, 'failed'::character varying])::text[])))
);
CREATE INDEX ix_import_batches_newest_first ON public.import_batches USING btree (tenant_id, created_at);
CREATE INDEX ix_import_batches_of_file ON public.import_batches USING btree (tenant_id, file_id);
CREATE INDEX ix_import_batches_of_person ON public.import_batches USING btree (tenant_id, created_by);
ALTER TABLE import_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_batches FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON import_batches FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON import_batches FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.import_batches FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON import_batches TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON import_batches TO rms_purger;

CREATE TABLE invoice_line_items (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    position integer DEFAULT 0 NOT NULL,
    service_type_id uuid,
    name character varying(255),
    description text,
    hsn_sac character varying(8),
    unit character varying(20),
    quantity numeric(12,3) DEFAULT 1 NOT NULL,
    rate numeric(15,4) DEFAULT 0 NOT NULL,
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    discount_percent numeric(6,3),
    discount_amount numeric(15,2) DEFAULT 0 NOT NULL,
    invoice_discount_share numeric(15,2) DEFAULT 0 NOT NULL,
    taxable_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_treatment character varying(20) DEFAULT 'taxable'::character varying NOT NULL,
    tax_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cess_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    total numeric(15,2) DEFAULT 0 NOT NULL,
    raw_input jsonb,
    is_valid boolean DEFAULT true NOT NULL,
    deleted_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_invoice_line_items PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_invoice_line_items_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_invoice_line_items_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_invoice_line_items_tenant_id_service_type_id FOREIGN KEY (tenant_id, service_type_id) REFERENCES service_types(tenant_id, id),
    CONSTRAINT ck_invoice_line_items_cess_rate_is_sane CHECK (((cess_rate >= (0)::numeric) AND (cess_rate <= (999)::numeric))),
    CONSTRAINT ck_invoice_line_items_discount_percent_is_a_percentage CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT ck_invoice_line_items_discounts_are_not_negative CHECK (((discount_amount >= (0)::numeric) AND (invoice_discount_share >= (0)::numeric))),
    CONSTRAINT ck_invoice_line_items_hsn_sac_is_digits CHECK (((hsn_sac)::text ~ '^[0-9]{2,8}$'::text)),
    CONSTRAINT ck_invoice_line_items_invalid_lines_keep_what_was_typed CHECK ((is_valid OR (raw_input IS NOT NULL))),
    CONSTRAINT ck_invoice_line_items_numbers_are_numbers CHECK (((((((((((((((((((('NaN'::numeric <> quantity) AND ('NaN'::numeric <> rate)) AND ('NaN'::numeric <> amount)) AND ('NaN'::numeric <> discount_percent)) AND ('NaN'::numeric <> discount_amount)) AND ('NaN'::numeric <> invoice_discount_share)) AND ('NaN'::numeric <> taxable_amount)) AND ('NaN'::numeric <> tax_rate)) AND ('NaN'::numeric <> cess_rate)) AND ('NaN'::numeric <> cgst_amount)) AND ('NaN'::numeric <> sgst_amount)) AND ('NaN'::numeric <> igst_amount)) AND ('NaN'::numeric <> cess_amount)) AND ('NaN'::numeric <> tax_amount)) AND ('NaN'::numeric <> rcm_cgst_amount)) AND ('NaN'::numeric <> rcm_sgst_amount)) AND ('NaN'::numeric <> rcm_igst_amount)) AND ('NaN'::numeric <> rcm_cess_amount)) AND ('NaN'::numeric <> total))),
    CONSTRAINT ck_invoice_line_items_quantity_is_not_negative CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT ck_invoice_line_items_rate_is_not_negative CHECK ((rate >= (0)::numeric)),
    CONSTRAINT ck_invoice_line_items_tax_amount_adds_up CHECK ((tax_amount = (((cgst_amount + sgst_amount) + igst_amount) + cess_amount))),
    CONSTRAINT ck_invoice_line_items_tax_rate_is_a_percentage CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric))),
    CONSTRAINT ck_invoice_line_items_tax_treatment_is_known CHECK (((tax_treatment)::text = ANY ((ARRAY['taxable'::character varying, 'nil'::character varying, 'exempt'::character varying, 'non_gst'::character varying])::text[]))),
    CONSTRAINT ck_invoice_line_items_total_adds_up CHECK ((total = (taxable_amount + tax_amount)))
);
CREATE INDEX ix_invoice_line_items_in_order ON public.invoice_line_items USING btree (tenant_id, invoice_id, "position") INCLUDE (hsn_sac, tax_rate, taxable_amount);
CREATE INDEX ix_invoice_line_items_service_type ON public.invoice_line_items USING btree (tenant_id, service_type_id);
ALTER TABLE invoice_line_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_line_items FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON invoice_line_items FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON invoice_line_items FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.invoice_line_items FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,amount,invoice_discount_share,taxable_amount,cgst_amount,sgst_amount,igst_amount,cess_amount,tax_amount,rcm_cgst_amount,rcm_sgst_amount,rcm_igst_amount,rcm_cess_amount,total}', '{}');
CREATE TRIGGER freeze_issued BEFORE INSERT OR DELETE OR UPDATE ON public.invoice_line_items FOR EACH ROW EXECUTE FUNCTION freeze_issued_line();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.invoice_line_items FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON invoice_line_items TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON invoice_line_items TO rms_purger;

CREATE TABLE invoices (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    invoice_number character varying(50),
    series_id uuid,
    kind character varying(30) DEFAULT 'tax_invoice'::character varying NOT NULL,
    invoice_date date NOT NULL,
    due_date date NOT NULL,
    payment_terms integer,
    customer_id uuid,
    customer_gst character varying(15),
    reference_number character varying(100),
    place_of_supply character varying(2),
    supply_type character varying(20),
    tax_mode character varying(30),
    reverse_charge boolean DEFAULT false NOT NULL,
    export_with_payment boolean DEFAULT false NOT NULL,
    prices_include_tax boolean DEFAULT false NOT NULL,
    discount_percent numeric(6,3),
    discount_amount numeric(15,2),
    discount_total numeric(15,2) DEFAULT 0 NOT NULL,
    subtotal numeric(15,2) DEFAULT 0 NOT NULL,
    cgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    igst_total numeric(15,2) DEFAULT 0 NOT NULL,
    cess_total numeric(15,2) DEFAULT 0 NOT NULL,
    tax_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_sgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_igst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cess_total numeric(15,2) DEFAULT 0 NOT NULL,
    round_off numeric(15,2) DEFAULT 0 NOT NULL,
    total numeric(15,2) DEFAULT 0 NOT NULL,
    amount_paid numeric(15,2) DEFAULT 0 NOT NULL,
    amount_credited numeric(15,2) DEFAULT 0 NOT NULL,
    balance numeric(15,2) GENERATED ALWAYS AS (((total - amount_paid) - amount_credited)) STORED NOT NULL,
    status character varying(50) DEFAULT 'draft'::character varying NOT NULL,
    notes text,
    issued_at timestamp with time zone,
    sent_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason character varying(255),
    seller_snapshot jsonb,
    buyer_snapshot jsonb,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    totals_seq integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    shipping_name character varying(255),
    shipping_address_line1 character varying(255),
    shipping_address_line2 character varying(255),
    shipping_city character varying(100),
    shipping_pin_code character varying(10),
    shipping_state_code character varying(2),
    destination_country character varying(2),
    port_code character varying(6),
    shipping_bill_number character varying(7),
    shipping_bill_date date,
    against_invoice_id uuid,
    adjustment_reason character varying(255),
    CONSTRAINT pk_invoices PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_invoices_tenant_id_invoice_number UNIQUE (tenant_id, invoice_number),
    CONSTRAINT fk_invoices_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_invoices_tenant_id_against_invoice_id FOREIGN KEY (tenant_id, against_invoice_id) REFERENCES invoices(tenant_id, id),
    CONSTRAINT fk_invoices_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_invoices_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_invoices_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id),
    CONSTRAINT ck_invoices_cancelled_invoices_say_when CHECK ((((status)::text = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
    CONSTRAINT ck_invoices_country_has_two_letters CHECK (((destination_country)::text ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT ck_invoices_discount_amount_is_not_negative CHECK ((discount_amount >= (0)::numeric)),
    CONSTRAINT ck_invoices_discount_is_percent_or_amount CHECK (((discount_percent IS NULL) OR (discount_amount IS NULL))),
    CONSTRAINT ck_invoices_discount_percent_is_a_percentage CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT ck_invoices_drafts_have_no_number CHECK ((((status)::text <> 'draft'::text) OR ((invoice_number IS NULL) AND (issued_at IS NULL)))),
    CONSTRAINT ck_invoices_due_date_is_not_before_invoice_date CHECK ((due_date >= invoice_date)),
    CONSTRAINT ck_invoices_issued_invoices_have_number_and_customer CHECK ((((status)::text = 'draft'::text) OR ((invoice_number IS NOT NULL) AND (customer_id IS NOT NULL) AND (issued_at IS NOT NULL)))),
    CONSTRAINT ck_invoices_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['tax_invoice'::character varying, 'bill_of_supply'::character varying, 'invoice_cum_bill_of_supply'::character varying, 'debit_note'::character varying, 'opening'::character varying])::text[]))),
    CONSTRAINT ck_invoices_numbers_are_numbers CHECK (((((((((((((((((('NaN'::numeric <> discount_percent) AND ('NaN'::numeric <> discount_amount)) AND ('NaN'::numeric <> discount_total)) AND ('NaN'::numeric <> subtotal)) AND ('NaN'::numeric <> cgst_total)) AND ('NaN'::numeric <> sgst_total)) AND ('NaN'::numeric <> igst_total)) AND ('NaN'::numeric <> cess_total)) AND ('NaN'::numeric <> tax_total)) AND ('NaN'::numeric <> rcm_cgst_total)) AND ('NaN'::numeric <> rcm_sgst_total)) AND ('NaN'::numeric <> rcm_igst_total)) AND ('NaN'::numeric <> rcm_cess_total)) AND ('NaN'::numeric <> round_off)) AND ('NaN'::numeric <> total)) AND ('NaN'::numeric <> amount_paid)) AND ('NaN'::numeric <> amount_credited))),
    CONSTRAINT ck_invoices_only_debit_notes_are_against_an_invoice CHECK (((against_invoice_id IS NULL) OR ((kind)::text = 'debit_note'::text))),
    CONSTRAINT ck_invoices_payment_terms_are_days CHECK (((payment_terms >= 0) AND (payment_terms <= 3650))),
    CONSTRAINT ck_invoices_place_of_supply_has_two_digits CHECK (((place_of_supply)::text ~ '^[0-9]{2}$'::text)),
    CONSTRAINT ck_invoices_port_code_is_plain CHECK (((port_code)::text ~ '^[A-Z0-9]{3,6}$'::text)),
    CONSTRAINT ck_invoices_settled_is_between_zero_and_total CHECK (((amount_paid >= (0)::numeric) AND (amount_credited >= (0)::numeric) AND ((amount_paid + amount_credited) <= total))),
    CONSTRAINT ck_invoices_shipping_bill_has_number_and_date CHECK (((shipping_bill_number IS NULL) = (shipping_bill_date IS NULL))),
    CONSTRAINT ck_invoices_shipping_bill_number_is_digits CHECK (((shipping_bill_number)::text ~ '^[0-9]{3,7}$'::text)),
    CONSTRAINT ck_invoices_shipping_state_has_two_digits CHECK (((shipping_state_code)::text ~ '^[0-9]{2}$'::text)),
    CONSTRAINT ck_invoices_status_is_known CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'pending'::character varying, 'paid'::character varying, 'overdue'::character varying, 'cancelled'::character varying, 'partially_paid'::character varying])::text[]))),
    CONSTRAINT ck_invoices_supply_type_is_known CHECK (((supply_type)::text = ANY ((ARRAY['INTRA'::character varying, 'INTER'::character varying])::text[]))),
    CONSTRAINT ck_invoices_tax_mode_is_known CHECK (((tax_mode)::text = ANY ((ARRAY['CGST_SGST'::character varying, 'CGST_UTGST'::character varying, 'IGST'::character varying, 'IGST_ZERO_RATED_LUT'::character varying, 'NONE'::character varying])::text[]))),
    CONSTRAINT ck_invoices_tax_total_adds_up CHECK ((tax_total = (((cgst_total + sgst_total) + igst_total) + cess_total))),
    CONSTRAINT ck_invoices_total_adds_up CHECK ((total = ((subtotal + tax_total) + round_off))),
    CONSTRAINT ck_invoices_total_is_not_negative CHECK ((total >= (0)::numeric))
);
CREATE INDEX ix_invoices_against ON public.invoices USING btree (tenant_id, against_invoice_id);
CREATE INDEX ix_invoices_by_due_date ON public.invoices USING btree (tenant_id, due_date, id);
CREATE INDEX ix_invoices_by_number ON public.invoices USING btree (tenant_id, COALESCE(invoice_number, ''::character varying), id);
CREATE INDEX ix_invoices_by_status ON public.invoices USING btree (tenant_id, status, invoice_date DESC, id DESC);
CREATE INDEX ix_invoices_by_total ON public.invoices USING btree (tenant_id, total, id);
CREATE INDEX ix_invoices_for_reports ON public.invoices USING btree (tenant_id, invoice_date) INCLUDE (subtotal, tax_total, total, customer_id) WHERE ((status)::text <> ALL ((ARRAY['draft'::character varying, 'cancelled'::character varying])::text[]));
CREATE INDEX ix_invoices_newest_first ON public.invoices USING btree (tenant_id, invoice_date DESC, id DESC);
CREATE INDEX ix_invoices_number_prefix ON public.invoices USING btree (tenant_id, invoice_number text_pattern_ops);
CREATE INDEX ix_invoices_number_trigrams ON public.invoices USING gin (tenant_id, invoice_number gin_trgm_ops);
CREATE INDEX ix_invoices_of_customer ON public.invoices USING btree (tenant_id, customer_id, invoice_date) INCLUDE (total, balance, status, invoice_number);
CREATE INDEX ix_invoices_of_series ON public.invoices USING btree (tenant_id, series_id);
CREATE INDEX ix_invoices_open_by_due_date ON public.invoices USING btree (tenant_id, due_date) INCLUDE (customer_id, balance) WHERE ((status)::text = ANY ((ARRAY['pending'::character varying, 'overdue'::character varying, 'partially_paid'::character varying])::text[]));
CREATE INDEX ix_invoices_reference_trigrams ON public.invoices USING gin (tenant_id, reference_number gin_trgm_ops, customer_gst gin_trgm_ops);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON invoices FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY searched ON invoices FOR SELECT TO rms_definer USING (true);
CREATE POLICY tenant_isolation ON invoices FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,totals_seq,subtotal,discount_total,cgst_total,sgst_total,igst_total,cess_total,tax_total,rcm_cgst_total,rcm_sgst_total,rcm_igst_total,rcm_cess_total,round_off,total,amount_paid,amount_credited,balance}', '{seller_snapshot,buyer_snapshot}');
CREATE TRIGGER freeze_issued BEFORE DELETE OR UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION freeze_issued_invoice();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE CONSTRAINT TRIGGER void_settles_nothing AFTER INSERT OR UPDATE ON public.invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['draft'::character varying, 'cancelled'::character varying])::text[])) AND ((new.amount_paid + new.amount_credited) <> (0)::numeric))) EXECUTE FUNCTION refuse_void_settlement();
GRANT DELETE, INSERT, SELECT, UPDATE ON invoices TO rms_app;
GRANT SELECT (balance, customer_gst, customer_id, id, invoice_number, reference_number, status, tenant_id, total) ON invoices TO rms_definer;
GRANT DELETE, SELECT (id, status, tenant_id) ON invoices TO rms_purger;

CREATE TABLE login_attempts (
    id uuid NOT NULL,
    kind character varying(30) NOT NULL,
    account_hash character varying(100) NOT NULL,
    address_hash character varying(100) NOT NULL,
    succeeded boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_login_attempts PRIMARY KEY (id),
    CONSTRAINT ck_login_attempts_kind_is_named CHECK (((kind)::text <> ''::text))
);
CREATE INDEX ix_login_attempts_account ON public.login_attempts USING btree (account_hash, kind, created_at);
CREATE INDEX ix_login_attempts_address ON public.login_attempts USING btree (address_hash, kind, created_at);
CREATE INDEX ix_login_attempts_created ON public.login_attempts USING btree (created_at);
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.login_attempts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON login_attempts TO rms_app;

CREATE TABLE lut_declarations (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    financial_year character varying(7) NOT NULL,
    arn character varying(15) NOT NULL,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_lut_declarations PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_lut_declarations_tenant_id_financial_year UNIQUE (tenant_id, financial_year),
    CONSTRAINT fk_lut_declarations_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_lut_declarations_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_lut_declarations_arn_is_one CHECK (((arn)::text ~ '^[A-Z]{2}[A-Z0-9]{13}$'::text)),
    CONSTRAINT ck_lut_declarations_financial_year_is_one CHECK (((financial_year)::text ~ '^20[0-9]{2}-[0-9]{2}$'::text))
);
ALTER TABLE lut_declarations ENABLE ROW LEVEL SECURITY;
ALTER TABLE lut_declarations FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON lut_declarations FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON lut_declarations FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.lut_declarations FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.lut_declarations FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON lut_declarations TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON lut_declarations TO rms_purger;

CREATE TABLE mail_servers (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    host character varying(253) NOT NULL,
    port integer NOT NULL,
    security character varying(10) NOT NULL,
    username character varying(255),
    password text,
    from_address character varying(255) NOT NULL,
    is_on boolean DEFAULT true NOT NULL,
    tested_at timestamp with time zone,
    test_error text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_mail_servers PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_mail_servers_tenant_id UNIQUE (tenant_id),
    CONSTRAINT fk_mail_servers_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_mail_servers_no_password_in_the_clear CHECK ((((security)::text <> 'none'::text) OR (password IS NULL))),
    CONSTRAINT ck_mail_servers_port_is_one CHECK (((port >= 1) AND (port <= 65535))),
    CONSTRAINT ck_mail_servers_security_is_known CHECK (((security)::text = ANY ((ARRAY['tls'::character varying, 'starttls'::character varying, 'none'::character varying])::text[])))
);
ALTER TABLE mail_servers ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_servers FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON mail_servers FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON mail_servers FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.mail_servers FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,tested_at,test_error}', '{password}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.mail_servers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON mail_servers TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON mail_servers TO rms_purger;

CREATE TABLE mail_templates (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    subject character varying(200) NOT NULL,
    body text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_mail_templates PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_mail_templates_tenant_id_kind UNIQUE (tenant_id, kind),
    CONSTRAINT fk_mail_templates_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_mail_templates_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['invoice'::character varying, 'reminder'::character varying, 'quote'::character varying, 'receipt'::character varying])::text[])))
);
ALTER TABLE mail_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON mail_templates FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON mail_templates FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.mail_templates FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.mail_templates FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON mail_templates TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON mail_templates TO rms_purger;

CREATE TABLE number_counters (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    series_id uuid NOT NULL,
    financial_year character varying(10) NOT NULL,
    next_value integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_number_counters PRIMARY KEY (tenant_id, series_id, financial_year),
    CONSTRAINT fk_number_counters_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_number_counters_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_number_counters_next_value_is_positive CHECK ((next_value >= 1))
);
ALTER TABLE number_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE number_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON number_counters FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON number_counters FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.number_counters FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON number_counters TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON number_counters TO rms_purger;

CREATE TABLE number_series (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(30) NOT NULL,
    name character varying(100) NOT NULL,
    prefix character varying(16) DEFAULT ''::character varying NOT NULL,
    pattern character varying(100) NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    resets_yearly boolean DEFAULT true NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_number_series PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_number_series_tenant_id_kind_name UNIQUE (tenant_id, kind, name),
    CONSTRAINT fk_number_series_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_number_series_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['invoice'::character varying, 'bill_of_supply'::character varying, 'debit_note'::character varying, 'receipt'::character varying, 'credit_note'::character varying, 'quote'::character varying, 'refund'::character varying])::text[])))
);
CREATE UNIQUE INDEX uq_number_series_one_default_per_kind ON public.number_series USING btree (tenant_id, kind) WHERE is_default;
ALTER TABLE number_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE number_series FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON number_series FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON number_series FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.number_series FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.number_series FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON number_series TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON number_series TO rms_purger;

CREATE TABLE password_resets (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    email character varying(255) NOT NULL,
    token character varying(255) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    superseded_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_password_resets PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_password_resets_token UNIQUE (token),
    CONSTRAINT fk_password_resets_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_password_resets_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_password_resets_user ON public.password_resets USING btree (tenant_id, user_id);
ALTER TABLE password_resets ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_resets FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON password_resets FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON password_resets FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.password_resets FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,token}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.password_resets FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON password_resets TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON password_resets TO rms_purger;

CREATE TABLE payer_answers (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    link_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    reference character varying(40),
    amount numeric(15,2),
    on_date date,
    note text,
    name character varying(120),
    handled_at timestamp with time zone,
    handled_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payer_answers PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_payer_answers_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_payer_answers_tenant_id_handled_by FOREIGN KEY (tenant_id, handled_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_payer_answers_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id),
    CONSTRAINT fk_payer_answers_tenant_id_link_id FOREIGN KEY (tenant_id, link_id) REFERENCES public_links(tenant_id, id),
    CONSTRAINT ck_payer_answers_a_mistake_is_described CHECK ((((kind)::text <> 'mistake'::text) OR (note IS NOT NULL))),
    CONSTRAINT ck_payer_answers_a_promise_has_a_day CHECK ((((kind)::text <> 'will_pay'::text) OR (on_date IS NOT NULL))),
    CONSTRAINT ck_payer_answers_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['paid'::character varying, 'will_pay'::character varying, 'mistake'::character varying])::text[]))),
    CONSTRAINT ck_payer_answers_numbers_are_numbers CHECK (('NaN'::numeric <> amount)),
    CONSTRAINT ck_payer_answers_paid_says_which_payment CHECK ((((kind)::text <> 'paid'::text) OR (reference IS NOT NULL)))
);
CREATE INDEX ix_payer_answers_handled_by ON public.payer_answers USING btree (tenant_id, handled_by);
CREATE INDEX ix_payer_answers_invoice ON public.payer_answers USING btree (tenant_id, invoice_id);
CREATE INDEX ix_payer_answers_link ON public.payer_answers USING btree (tenant_id, link_id, created_at);
CREATE INDEX ix_payer_answers_open ON public.payer_answers USING btree (tenant_id, created_at) WHERE (handled_at IS NULL);
ALTER TABLE payer_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE payer_answers FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON payer_answers FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON payer_answers FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.payer_answers FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.payer_answers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON payer_answers TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON payer_answers TO rms_purger;

CREATE TABLE public_links (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    entity_type character varying(100) NOT NULL,
    entity_id uuid NOT NULL,
    token character varying(64) NOT NULL,
    expires_on date,
    revoked_at timestamp with time zone,
    revoked_by uuid,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_public_links PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_public_links_token UNIQUE (token),
    CONSTRAINT fk_public_links_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_public_links_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_public_links_tenant_id_revoked_by FOREIGN KEY (tenant_id, revoked_by) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_public_links_entity_type_is_known CHECK (((entity_type)::text = ANY ((ARRAY['invoices'::character varying, 'quotes'::character varying])::text[]))),
    CONSTRAINT ck_public_links_token_is_a_hash CHECK (((token)::text ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX ix_public_links_about ON public.public_links USING btree (tenant_id, entity_type, entity_id);
CREATE INDEX ix_public_links_revoked_by ON public.public_links USING btree (tenant_id, revoked_by);
CREATE UNIQUE INDEX uq_public_links_live ON public.public_links USING btree (tenant_id, entity_type, entity_id) WHERE (revoked_at IS NULL);
ALTER TABLE public_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_links FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_before_sign_in ON public_links FOR SELECT TO rms_definer USING (true);
CREATE POLICY removed_by_purger ON public_links FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON public_links FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.public_links FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,token}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.public_links FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON public_links TO rms_app;
GRANT SELECT (id, tenant_id, token) ON public_links TO rms_definer;
GRANT DELETE, SELECT (tenant_id) ON public_links TO rms_purger;

CREATE TABLE quote_invoices (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    quote_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_quote_invoices PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_quote_invoices_tenant_id_invoice_id UNIQUE (tenant_id, invoice_id),
    CONSTRAINT uq_quote_invoices_tenant_id_quote_id UNIQUE (tenant_id, quote_id),
    CONSTRAINT fk_quote_invoices_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_quote_invoices_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_quote_invoices_tenant_id_quote_id FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes(tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE quote_invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE quote_invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON quote_invoices FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON quote_invoices FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.quote_invoices FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.quote_invoices FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT ON quote_invoices TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON quote_invoices TO rms_purger;

CREATE TABLE quote_lines (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    quote_id uuid NOT NULL,
    position integer DEFAULT 0 NOT NULL,
    service_type_id uuid,
    name character varying(255),
    description text,
    hsn_sac character varying(8),
    unit character varying(20),
    quantity numeric(12,3) DEFAULT 1 NOT NULL,
    rate numeric(15,4) DEFAULT 0 NOT NULL,
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    discount_percent numeric(6,3),
    discount_amount numeric(15,2) DEFAULT 0 NOT NULL,
    invoice_discount_share numeric(15,2) DEFAULT 0 NOT NULL,
    taxable_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_treatment character varying(20) DEFAULT 'taxable'::character varying NOT NULL,
    tax_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cess_rate numeric(6,3) DEFAULT 0 NOT NULL,
    cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tax_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_sgst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_igst_amount numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cess_amount numeric(15,2) DEFAULT 0 NOT NULL,
    total numeric(15,2) DEFAULT 0 NOT NULL,
    raw_input jsonb,
    is_valid boolean DEFAULT true NOT NULL,
    deleted_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_quote_lines PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_quote_lines_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_quote_lines_tenant_id_quote_id FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_quote_lines_tenant_id_service_type_id FOREIGN KEY (tenant_id, service_type_id) REFERENCES service_types(tenant_id, id),
    CONSTRAINT ck_quote_lines_cess_rate_is_sane CHECK (((cess_rate >= (0)::numeric) AND (cess_rate <= (999)::numeric))),
    CONSTRAINT ck_quote_lines_discount_percent_is_a_percentage CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT ck_quote_lines_discounts_are_not_negative CHECK (((discount_amount >= (0)::numeric) AND (invoice_discount_share >= (0)::numeric))),
    CONSTRAINT ck_quote_lines_hsn_sac_is_digits CHECK (((hsn_sac)::text ~ '^[0-9]{2,8}$'::text)),
    CONSTRAINT ck_quote_lines_invalid_lines_keep_what_was_typed CHECK ((is_valid OR (raw_input IS NOT NULL))),
    CONSTRAINT ck_quote_lines_numbers_are_numbers CHECK (((((((((((((((((((('NaN'::numeric <> quantity) AND ('NaN'::numeric <> rate)) AND ('NaN'::numeric <> amount)) AND ('NaN'::numeric <> discount_percent)) AND ('NaN'::numeric <> discount_amount)) AND ('NaN'::numeric <> invoice_discount_share)) AND ('NaN'::numeric <> taxable_amount)) AND ('NaN'::numeric <> tax_rate)) AND ('NaN'::numeric <> cess_rate)) AND ('NaN'::numeric <> cgst_amount)) AND ('NaN'::numeric <> sgst_amount)) AND ('NaN'::numeric <> igst_amount)) AND ('NaN'::numeric <> cess_amount)) AND ('NaN'::numeric <> tax_amount)) AND ('NaN'::numeric <> rcm_cgst_amount)) AND ('NaN'::numeric <> rcm_sgst_amount)) AND ('NaN'::numeric <> rcm_igst_amount)) AND ('NaN'::numeric <> rcm_cess_amount)) AND ('NaN'::numeric <> total))),
    CONSTRAINT ck_quote_lines_quantity_is_not_negative CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT ck_quote_lines_rate_is_not_negative CHECK ((rate >= (0)::numeric)),
    CONSTRAINT ck_quote_lines_tax_amount_adds_up CHECK ((tax_amount = (((cgst_amount + sgst_amount) + igst_amount) + cess_amount))),
    CONSTRAINT ck_quote_lines_tax_rate_is_a_percentage CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric))),
    CONSTRAINT ck_quote_lines_tax_treatment_is_known CHECK (((tax_treatment)::text = ANY ((ARRAY['taxable'::character varying, 'nil'::character varying, 'exempt'::character varying, 'non_gst'::character varying])::text[]))),
    CONSTRAINT ck_quote_lines_total_adds_up CHECK ((total = (taxable_amount + tax_amount)))
);
CREATE INDEX ix_quote_lines_in_order ON public.quote_lines USING btree (tenant_id, quote_id, "position");
CREATE INDEX ix_quote_lines_service_type ON public.quote_lines USING btree (tenant_id, service_type_id);
ALTER TABLE quote_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE quote_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON quote_lines FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON quote_lines FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.quote_lines FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,amount,invoice_discount_share,taxable_amount,cgst_amount,sgst_amount,igst_amount,cess_amount,tax_amount,rcm_cgst_amount,rcm_sgst_amount,rcm_igst_amount,rcm_cess_amount,total}', '{}');
CREATE TRIGGER freeze_sent BEFORE INSERT OR DELETE OR UPDATE ON public.quote_lines FOR EACH ROW EXECUTE FUNCTION freeze_sent_quote_line();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.quote_lines FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON quote_lines TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON quote_lines TO rms_purger;

CREATE TABLE quotes (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    quote_number character varying(50),
    series_id uuid,
    kind character varying(30) DEFAULT 'tax_invoice'::character varying NOT NULL,
    quote_date date NOT NULL,
    valid_until date NOT NULL,
    payment_words character varying(255),
    customer_id uuid,
    reference_number character varying(100),
    place_of_supply character varying(2),
    supply_type character varying(20),
    tax_mode character varying(30),
    reverse_charge boolean DEFAULT false NOT NULL,
    export_with_payment boolean DEFAULT false NOT NULL,
    prices_include_tax boolean DEFAULT false NOT NULL,
    discount_percent numeric(6,3),
    discount_amount numeric(15,2),
    discount_total numeric(15,2) DEFAULT 0 NOT NULL,
    subtotal numeric(15,2) DEFAULT 0 NOT NULL,
    cgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    sgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    igst_total numeric(15,2) DEFAULT 0 NOT NULL,
    cess_total numeric(15,2) DEFAULT 0 NOT NULL,
    tax_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_sgst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_igst_total numeric(15,2) DEFAULT 0 NOT NULL,
    rcm_cess_total numeric(15,2) DEFAULT 0 NOT NULL,
    round_off numeric(15,2) DEFAULT 0 NOT NULL,
    total numeric(15,2) DEFAULT 0 NOT NULL,
    notes text,
    sent_at timestamp with time zone,
    seller_snapshot jsonb,
    buyer_snapshot jsonb,
    answer character varying(20),
    answered_at timestamp with time zone,
    answered_through character varying(20),
    answered_by character varying(100),
    answer_reason character varying(100),
    answer_note character varying(1000),
    answer_ip character varying(45),
    archived_at timestamp with time zone,
    replaces_id uuid,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    totals_seq integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_quotes PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_quotes_tenant_id_quote_number UNIQUE (tenant_id, quote_number),
    CONSTRAINT fk_quotes_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_quotes_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_quotes_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_quotes_tenant_id_replaces_id FOREIGN KEY (tenant_id, replaces_id) REFERENCES quotes(tenant_id, id),
    CONSTRAINT fk_quotes_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id),
    CONSTRAINT ck_quotes_answer_is_known CHECK (((answer)::text = ANY ((ARRAY['accepted'::character varying, 'declined'::character varying])::text[]))),
    CONSTRAINT ck_quotes_answered_through_is_known CHECK (((answered_through)::text = ANY ((ARRAY['link'::character varying, 'company'::character varying])::text[]))),
    CONSTRAINT ck_quotes_answers_are_whole CHECK ((((answer IS NULL) = (answered_at IS NULL)) AND ((answer IS NULL) = (answered_through IS NULL)))),
    CONSTRAINT ck_quotes_discount_amount_is_not_negative CHECK ((discount_amount >= (0)::numeric)),
    CONSTRAINT ck_quotes_discount_is_percent_or_amount CHECK (((discount_percent IS NULL) OR (discount_amount IS NULL))),
    CONSTRAINT ck_quotes_discount_percent_is_a_percentage CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT ck_quotes_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['tax_invoice'::character varying, 'bill_of_supply'::character varying, 'invoice_cum_bill_of_supply'::character varying])::text[]))),
    CONSTRAINT ck_quotes_numbers_are_numbers CHECK (((((((((((((((('NaN'::numeric <> discount_percent) AND ('NaN'::numeric <> discount_amount)) AND ('NaN'::numeric <> discount_total)) AND ('NaN'::numeric <> subtotal)) AND ('NaN'::numeric <> cgst_total)) AND ('NaN'::numeric <> sgst_total)) AND ('NaN'::numeric <> igst_total)) AND ('NaN'::numeric <> cess_total)) AND ('NaN'::numeric <> tax_total)) AND ('NaN'::numeric <> rcm_cgst_total)) AND ('NaN'::numeric <> rcm_sgst_total)) AND ('NaN'::numeric <> rcm_igst_total)) AND ('NaN'::numeric <> rcm_cess_total)) AND ('NaN'::numeric <> round_off)) AND ('NaN'::numeric <> total))),
    CONSTRAINT ck_quotes_only_sent_quotes_are_answered CHECK (((answer IS NULL) OR (sent_at IS NOT NULL))),
    CONSTRAINT ck_quotes_place_of_supply_has_two_digits CHECK (((place_of_supply)::text ~ '^[0-9]{2}$'::text)),
    CONSTRAINT ck_quotes_sent_quotes_have_number_and_customer CHECK ((((sent_at IS NULL) = (quote_number IS NULL)) AND ((sent_at IS NULL) OR (customer_id IS NOT NULL)))),
    CONSTRAINT ck_quotes_supply_type_is_known CHECK (((supply_type)::text = ANY ((ARRAY['INTRA'::character varying, 'INTER'::character varying])::text[]))),
    CONSTRAINT ck_quotes_tax_mode_is_known CHECK (((tax_mode)::text = ANY ((ARRAY['CGST_SGST'::character varying, 'CGST_UTGST'::character varying, 'IGST'::character varying, 'IGST_ZERO_RATED_LUT'::character varying, 'NONE'::character varying])::text[]))),
    CONSTRAINT ck_quotes_tax_total_adds_up CHECK ((tax_total = (((cgst_total + sgst_total) + igst_total) + cess_total))),
    CONSTRAINT ck_quotes_total_adds_up CHECK ((total = ((subtotal + tax_total) + round_off))),
    CONSTRAINT ck_quotes_total_is_not_negative CHECK ((total >= (0)::numeric)),
    CONSTRAINT ck_quotes_valid_until_is_not_before_quote_date CHECK ((valid_until >= quote_date))
);
CREATE INDEX ix_quotes_newest_first ON public.quotes USING btree (tenant_id, quote_date DESC, id DESC);
CREATE INDEX ix_quotes_number_trigrams ON public.quotes USING gin (tenant_id, quote_number gin_trgm_ops);
CREATE INDEX ix_quotes_of_customer ON public.quotes USING btree (tenant_id, customer_id, quote_date);
CREATE INDEX ix_quotes_of_series ON public.quotes USING btree (tenant_id, series_id);
CREATE INDEX ix_quotes_replaced ON public.quotes USING btree (tenant_id, replaces_id);
ALTER TABLE quotes ENABLE ROW LEVEL SECURITY;
ALTER TABLE quotes FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON quotes FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON quotes FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.quotes FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,totals_seq,subtotal,discount_total,cgst_total,sgst_total,igst_total,cess_total,tax_total,rcm_cgst_total,rcm_sgst_total,rcm_igst_total,rcm_cess_total,round_off,total}', '{seller_snapshot,buyer_snapshot}');
CREATE TRIGGER freeze_sent BEFORE DELETE OR UPDATE ON public.quotes FOR EACH ROW EXECUTE FUNCTION freeze_sent_quote();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.quotes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON quotes TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON quotes TO rms_purger;

CREATE TABLE receipt_allocations (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    receipt_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    allocated_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tds_amount numeric(15,2) DEFAULT 0 NOT NULL,
    tds_section character varying(20),
    gst_tds_amount numeric(15,2) DEFAULT 0 NOT NULL,
    write_off_amount numeric(15,2) DEFAULT 0 NOT NULL,
    allocated_on date NOT NULL,
    released_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    tds_rate numeric(6,3),
    write_off_reason character varying(255),
    CONSTRAINT pk_receipt_allocations PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_receipt_allocations_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_receipt_allocations_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_receipt_allocations_tenant_id_receipt_id FOREIGN KEY (tenant_id, receipt_id) REFERENCES receipts(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_receipt_allocations_amounts_are_not_negative CHECK (((allocated_amount >= (0)::numeric) AND (tds_amount >= (0)::numeric) AND (gst_tds_amount >= (0)::numeric) AND (write_off_amount >= (0)::numeric))),
    CONSTRAINT ck_receipt_allocations_an_allocation_settles_something CHECK (((((allocated_amount + tds_amount) + gst_tds_amount) + write_off_amount) > (0)::numeric)),
    CONSTRAINT ck_receipt_allocations_numbers_are_numbers CHECK (((((('NaN'::numeric <> allocated_amount) AND ('NaN'::numeric <> tds_amount)) AND ('NaN'::numeric <> tds_rate)) AND ('NaN'::numeric <> gst_tds_amount)) AND ('NaN'::numeric <> write_off_amount))),
    CONSTRAINT ck_receipt_allocations_released_after_it_was_allocated CHECK ((released_on >= allocated_on)),
    CONSTRAINT ck_receipt_allocations_tds_rate_is_a_percentage CHECK (((tds_rate >= (0)::numeric) AND (tds_rate <= (100)::numeric)))
);
CREATE INDEX ix_receipt_allocations_of_invoice ON public.receipt_allocations USING btree (tenant_id, invoice_id);
CREATE INDEX ix_receipt_allocations_of_receipt ON public.receipt_allocations USING btree (tenant_id, receipt_id);
CREATE UNIQUE INDEX uq_receipt_allocations_one_live_per_invoice ON public.receipt_allocations USING btree (tenant_id, receipt_id, invoice_id) WHERE (released_on IS NULL);
ALTER TABLE receipt_allocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_allocations FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON receipt_allocations FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON receipt_allocations FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.receipt_allocations FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER keep_sums AFTER INSERT OR DELETE OR UPDATE ON public.receipt_allocations FOR EACH ROW EXECUTE FUNCTION keep_allocation_sums();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.receipt_allocations FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON receipt_allocations TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON receipt_allocations TO rms_purger;

CREATE TABLE receipt_drafts (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    typed jsonb NOT NULL,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_receipt_drafts PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_receipt_drafts_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_receipt_drafts_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_receipt_drafts_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id)
);
CREATE INDEX ix_receipt_drafts_newest_first ON public.receipt_drafts USING btree (tenant_id, updated_at);
CREATE INDEX ix_receipt_drafts_of_customer ON public.receipt_drafts USING btree (tenant_id, customer_id);
CREATE INDEX ix_receipt_drafts_of_person ON public.receipt_drafts USING btree (tenant_id, created_by);
ALTER TABLE receipt_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON receipt_drafts FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON receipt_drafts FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.receipt_drafts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON receipt_drafts TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON receipt_drafts TO rms_purger;

CREATE TABLE receipts (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    receipt_number character varying(50) NOT NULL,
    series_id uuid,
    receipt_date date NOT NULL,
    customer_id uuid NOT NULL,
    kind character varying(20) DEFAULT 'payment'::character varying NOT NULL,
    payment_method character varying(50),
    reference character varying(100),
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    bank_charges numeric(15,2) DEFAULT 0 NOT NULL,
    allocated_amount numeric(15,2) DEFAULT 0 NOT NULL,
    keep_as character varying(20) DEFAULT 'advance'::character varying NOT NULL,
    status character varying(50) DEFAULT 'pending'::character varying NOT NULL,
    cleared_at timestamp with time zone,
    bounced_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason character varying(255),
    notes text,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    refunded_amount numeric(15,2) DEFAULT 0 NOT NULL,
    cleared_on date,
    reversed_on date,
    sent_at timestamp with time zone,
    unallocated_amount numeric(15,2) GENERATED ALWAYS AS (((amount - allocated_amount) - refunded_amount)) STORED NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_receipts_tenant_id_receipt_number UNIQUE (tenant_id, receipt_number),
    CONSTRAINT fk_receipts_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_receipts_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_receipts_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_receipts_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id),
    CONSTRAINT ck_receipts_a_receipt_begins_with_its_date CHECK (((cleared_on >= receipt_date) AND (reversed_on >= receipt_date))),
    CONSTRAINT ck_receipts_allocated_is_between_zero_and_amount CHECK (((allocated_amount >= (0)::numeric) AND (allocated_amount <= amount))),
    CONSTRAINT ck_receipts_bank_charges_are_part_of_the_amount CHECK (((bank_charges >= (0)::numeric) AND (bank_charges <= amount))),
    CONSTRAINT ck_receipts_bounced_receipts_say_when CHECK ((((status)::text = 'bounced'::text) = (bounced_at IS NOT NULL))),
    CONSTRAINT ck_receipts_cancelled_receipts_say_when CHECK ((((status)::text = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
    CONSTRAINT ck_receipts_cleared_receipts_say_when CHECK ((((status)::text <> 'cleared'::text) OR (cleared_at IS NOT NULL))),
    CONSTRAINT ck_receipts_keep_as_is_known CHECK (((keep_as)::text = ANY ((ARRAY['advance'::character varying, 'refund'::character varying])::text[]))),
    CONSTRAINT ck_receipts_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['payment'::character varying, 'write_off'::character varying])::text[]))),
    CONSTRAINT ck_receipts_numbers_are_numbers CHECK ((((('NaN'::numeric <> amount) AND ('NaN'::numeric <> bank_charges)) AND ('NaN'::numeric <> allocated_amount)) AND ('NaN'::numeric <> refunded_amount))),
    CONSTRAINT ck_receipts_payment_method_is_known CHECK (((payment_method)::text = ANY ((ARRAY['bank_transfer'::character varying, 'cheque'::character varying, 'cash'::character varying, 'upi'::character varying, 'card'::character varying])::text[]))),
    CONSTRAINT ck_receipts_payments_have_an_amount CHECK (((((kind)::text = 'payment'::text) AND (amount > (0)::numeric)) OR (((kind)::text = 'write_off'::text) AND (amount = (0)::numeric)))),
    CONSTRAINT ck_receipts_reversed_receipts_say_which_day CHECK ((((status)::text = ANY ((ARRAY['bounced'::character varying, 'cancelled'::character varying])::text[])) = (reversed_on IS NOT NULL))),
    CONSTRAINT ck_receipts_status_is_known CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'cleared'::character varying, 'bounced'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT ck_receipts_used_is_between_zero_and_amount CHECK (((refunded_amount >= (0)::numeric) AND ((allocated_amount + refunded_amount) <= amount)))
);
CREATE INDEX ix_receipts_newest_first ON public.receipts USING btree (tenant_id, receipt_date DESC, id DESC);
CREATE INDEX ix_receipts_number_trigrams ON public.receipts USING gin (tenant_id, receipt_number gin_trgm_ops);
CREATE INDEX ix_receipts_of_customer ON public.receipts USING btree (tenant_id, customer_id, receipt_date);
CREATE INDEX ix_receipts_of_series ON public.receipts USING btree (tenant_id, series_id);
CREATE INDEX ix_receipts_reference_trigrams ON public.receipts USING gin (tenant_id, reference gin_trgm_ops);
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON receipts FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY searched ON receipts FOR SELECT TO rms_definer USING (true);
CREATE POLICY tenant_isolation ON receipts FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.receipts FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,allocated_amount,unallocated_amount,refunded_amount}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.receipts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE CONSTRAINT TRIGGER void_settles_nothing AFTER INSERT OR UPDATE ON public.receipts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['bounced'::character varying, 'cancelled'::character varying])::text[])) AND (new.allocated_amount <> (0)::numeric))) EXECUTE FUNCTION refuse_void_settlement();
GRANT INSERT, SELECT, UPDATE ON receipts TO rms_app;
GRANT SELECT (amount, customer_id, id, receipt_number, reference, tenant_id) ON receipts TO rms_definer;
GRANT DELETE, SELECT (tenant_id) ON receipts TO rms_purger;

CREATE TABLE recovery_codes (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    code_hash character varying(100) NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_recovery_codes_tenant_id_user_id_code_hash UNIQUE (tenant_id, user_id, code_hash),
    CONSTRAINT fk_recovery_codes_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_recovery_codes_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON recovery_codes FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON recovery_codes FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.recovery_codes FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{code_hash}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.recovery_codes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON recovery_codes TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON recovery_codes TO rms_purger;

CREATE TABLE recurring_invoices (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recurring_invoices PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_recurring_invoices_tenant_id_invoice_id UNIQUE (tenant_id, invoice_id),
    CONSTRAINT uq_recurring_invoices_tenant_id_run_id UNIQUE (tenant_id, run_id),
    CONSTRAINT fk_recurring_invoices_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_recurring_invoices_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_recurring_invoices_tenant_id_run_id FOREIGN KEY (tenant_id, run_id) REFERENCES recurring_runs(tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE recurring_invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE recurring_invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON recurring_invoices FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON recurring_invoices FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.recurring_invoices FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.recurring_invoices FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT ON recurring_invoices TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON recurring_invoices TO rms_purger;

CREATE TABLE recurring_runs (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    period date NOT NULL,
    problem jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recurring_runs PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_recurring_runs_tenant_id_schedule_id_period UNIQUE (tenant_id, schedule_id, period),
    CONSTRAINT fk_recurring_runs_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_recurring_runs_tenant_id_schedule_id FOREIGN KEY (tenant_id, schedule_id) REFERENCES recurring_schedules(tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE recurring_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE recurring_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON recurring_runs FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON recurring_runs FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.recurring_runs FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.recurring_runs FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON recurring_runs TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON recurring_runs TO rms_purger;

CREATE TABLE recurring_schedules (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    rhythm character varying(10) DEFAULT 'month'::character varying NOT NULL,
    every integer DEFAULT 1 NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    most_runs integer,
    payment_terms integer DEFAULT 30 NOT NULL,
    sends boolean DEFAULT false NOT NULL,
    reference_number character varying(100),
    notes text,
    lines jsonb DEFAULT '[]'::jsonb NOT NULL,
    state character varying(10) DEFAULT 'active'::character varying NOT NULL,
    next_run date,
    next_number integer,
    problem jsonb,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recurring_schedules PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_recurring_schedules_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_recurring_schedules_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_recurring_schedules_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT ck_recurring_schedules_ended_schedules_have_no_next_run CHECK ((((state)::text = 'ended'::text) = (next_run IS NULL))),
    CONSTRAINT ck_recurring_schedules_every_is_sane CHECK (((every >= 1) AND (every <= 60))),
    CONSTRAINT ck_recurring_schedules_it_ends_after_it_starts CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_recurring_schedules_next_run_has_a_number CHECK (((next_run IS NULL) = (next_number IS NULL))),
    CONSTRAINT ck_recurring_schedules_payment_terms_are_days CHECK (((payment_terms >= 0) AND (payment_terms <= 3650))),
    CONSTRAINT ck_recurring_schedules_rhythm_is_known CHECK (((rhythm)::text = ANY ((ARRAY['week'::character varying, 'month'::character varying, 'quarter'::character varying, 'year'::character varying])::text[]))),
    CONSTRAINT ck_recurring_schedules_some_runs_at_least CHECK ((most_runs >= 1)),
    CONSTRAINT ck_recurring_schedules_state_is_known CHECK (((state)::text = ANY ((ARRAY['active'::character varying, 'paused'::character varying, 'ended'::character varying])::text[])))
);
CREATE INDEX ix_recurring_schedules_due ON public.recurring_schedules USING btree (tenant_id, next_run) WHERE ((state)::text = 'active'::text);
CREATE INDEX ix_recurring_schedules_of_customer ON public.recurring_schedules USING btree (tenant_id, customer_id);
ALTER TABLE recurring_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE recurring_schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON recurring_schedules FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON recurring_schedules FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.recurring_schedules FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,next_run,next_number,problem}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.recurring_schedules FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON recurring_schedules TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON recurring_schedules TO rms_purger;

CREATE TABLE refunds (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    refund_number character varying(50) NOT NULL,
    series_id uuid,
    refund_date date NOT NULL,
    customer_id uuid NOT NULL,
    receipt_id uuid,
    credit_note_id uuid,
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    payment_method character varying(50),
    reference character varying(100),
    notes text,
    cancelled_on date,
    cancel_reason character varying(255),
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_refunds PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_refunds_tenant_id_refund_number UNIQUE (tenant_id, refund_number),
    CONSTRAINT fk_refunds_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_refunds_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_refunds_tenant_id_credit_note_id FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes(tenant_id, id),
    CONSTRAINT fk_refunds_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id),
    CONSTRAINT fk_refunds_tenant_id_receipt_id FOREIGN KEY (tenant_id, receipt_id) REFERENCES receipts(tenant_id, id),
    CONSTRAINT fk_refunds_tenant_id_series_id FOREIGN KEY (tenant_id, series_id) REFERENCES number_series(tenant_id, id),
    CONSTRAINT ck_refunds_a_refund_has_one_source CHECK (((receipt_id IS NULL) <> (credit_note_id IS NULL))),
    CONSTRAINT ck_refunds_a_refund_pays_something CHECK ((amount > (0)::numeric)),
    CONSTRAINT ck_refunds_cancelled_after_it_was_paid CHECK ((cancelled_on >= refund_date)),
    CONSTRAINT ck_refunds_numbers_are_numbers CHECK (('NaN'::numeric <> amount)),
    CONSTRAINT ck_refunds_payment_method_is_known CHECK (((payment_method)::text = ANY ((ARRAY['bank_transfer'::character varying, 'cheque'::character varying, 'cash'::character varying, 'upi'::character varying, 'card'::character varying])::text[])))
);
CREATE INDEX ix_refunds_of_credit_note ON public.refunds USING btree (tenant_id, credit_note_id);
CREATE INDEX ix_refunds_of_customer ON public.refunds USING btree (tenant_id, customer_id, refund_date);
CREATE INDEX ix_refunds_of_receipt ON public.refunds USING btree (tenant_id, receipt_id);
CREATE INDEX ix_refunds_of_series ON public.refunds USING btree (tenant_id, series_id);
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON refunds FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON refunds FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.refunds FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER keep_sums AFTER INSERT OR DELETE OR UPDATE ON public.refunds FOR EACH ROW EXECUTE FUNCTION keep_refund_sums();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.refunds FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON refunds TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON refunds TO rms_purger;

CREATE TABLE reminder_stops (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid,
    customer_id uuid,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_reminder_stops PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_reminder_stops_tenant_id_customer_id UNIQUE (tenant_id, customer_id),
    CONSTRAINT uq_reminder_stops_tenant_id_invoice_id UNIQUE (tenant_id, invoice_id),
    CONSTRAINT fk_reminder_stops_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_reminder_stops_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_reminder_stops_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_reminder_stops_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_reminder_stops_stops_are_for_one_thing CHECK (((invoice_id IS NULL) <> (customer_id IS NULL)))
);
ALTER TABLE reminder_stops ENABLE ROW LEVEL SECURITY;
ALTER TABLE reminder_stops FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON reminder_stops FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON reminder_stops FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.reminder_stops FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.reminder_stops FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT ON reminder_stops TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON reminder_stops TO rms_purger;

CREATE TABLE reminders (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    step character varying(20) NOT NULL,
    is_skipped boolean DEFAULT false NOT NULL,
    mail_id uuid,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_reminders PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_reminders_tenant_id_invoice_id_step UNIQUE (tenant_id, invoice_id, step),
    CONSTRAINT fk_reminders_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_reminders_tenant_id_created_by FOREIGN KEY (tenant_id, created_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_reminders_tenant_id_invoice_id FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices(tenant_id, id),
    CONSTRAINT fk_reminders_tenant_id_mail_id FOREIGN KEY (tenant_id, mail_id) REFERENCES email_messages(tenant_id, id),
    CONSTRAINT ck_reminders_sent_reminders_have_a_mail CHECK ((is_skipped = (mail_id IS NULL)))
);
CREATE INDEX ix_reminders_newest_first ON public.reminders USING btree (tenant_id, created_at);
CREATE INDEX ix_reminders_of_mail ON public.reminders USING btree (tenant_id, mail_id);
ALTER TABLE reminders ENABLE ROW LEVEL SECURITY;
ALTER TABLE reminders FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON reminders FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON reminders FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.reminders FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.reminders FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT ON reminders TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON reminders TO rms_purger;

CREATE TABLE second_factors (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret text NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_second_factors PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_second_factors_tenant_id_user_id UNIQUE (tenant_id, user_id),
    CONSTRAINT fk_second_factors_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_second_factors_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE second_factors FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON second_factors FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON second_factors FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.second_factors FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,last_step}', '{secret}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.second_factors FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON second_factors TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON second_factors TO rms_purger;

CREATE TABLE service_types (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    code character varying(50) NOT NULL,
    name character varying(255) NOT NULL,
    description text,
    hsn_sac character varying(8),
    unit character varying(20),
    default_rate numeric(15,4) DEFAULT 0 NOT NULL,
    tax_treatment character varying(20) DEFAULT 'taxable'::character varying NOT NULL,
    tax_rate numeric(6,3) DEFAULT 0 NOT NULL,
    tax_rate_category character varying(100),
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_service_types PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_service_types_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT fk_service_types_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_service_types_default_rate_is_not_negative CHECK ((default_rate >= (0)::numeric)),
    CONSTRAINT ck_service_types_hsn_sac_is_four_to_eight_digits CHECK (((hsn_sac)::text ~ '^[0-9]{4,8}$'::text)),
    CONSTRAINT ck_service_types_numbers_are_numbers CHECK ((('NaN'::numeric <> default_rate) AND ('NaN'::numeric <> tax_rate))),
    CONSTRAINT ck_service_types_tax_rate_is_a_percentage CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric))),
    CONSTRAINT ck_service_types_tax_treatment_is_known CHECK (((tax_treatment)::text = ANY ((ARRAY['taxable'::character varying, 'nil'::character varying, 'exempt'::character varying, 'non_gst'::character varying])::text[])))
);
CREATE INDEX ix_service_types_by_name ON public.service_types USING btree (tenant_id, name, id);
CREATE INDEX ix_service_types_name_trigrams ON public.service_types USING gin (tenant_id, lower((name)::text) gin_trgm_ops);
ALTER TABLE service_types ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_types FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON service_types FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON service_types FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.service_types FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.service_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON service_types TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON service_types TO rms_purger;

CREATE TABLE sessions (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    refresh_token character varying(500) NOT NULL,
    previous_refresh_token character varying(500),
    access_token character varying(500),
    expires_at timestamp with time zone NOT NULL,
    idle_expires_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone,
    confirmed boolean DEFAULT false NOT NULL,
    remember boolean DEFAULT false NOT NULL,
    last_seen_at timestamp with time zone,
    ip_address character varying(45),
    user_agent text,
    is_active boolean DEFAULT true NOT NULL,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    idle_seconds integer DEFAULT 28800 NOT NULL,
    audience character varying(10) DEFAULT 'web'::character varying NOT NULL,
    authenticated_at timestamp with time zone DEFAULT now() NOT NULL,
    with_second_factor boolean DEFAULT false NOT NULL,
    device_hash character varying(100),
    revoked_because character varying(30),
    CONSTRAINT pk_sessions PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_sessions_refresh_token UNIQUE (refresh_token),
    CONSTRAINT fk_sessions_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_sessions_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_sessions_audience_is_known CHECK (((audience)::text = ANY ((ARRAY['web'::character varying, 'api'::character varying])::text[]))),
    CONSTRAINT ck_sessions_revoked_sessions_are_not_active CHECK (((revoked_at IS NULL) OR (NOT is_active)))
);
CREATE INDEX ix_sessions_user ON public.sessions USING btree (tenant_id, user_id);
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON sessions FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON sessions FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.sessions FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,last_seen_at,refresh_token,previous_refresh_token,access_token,rotated_at,confirmed,expires_at,idle_expires_at,idle_seconds,authenticated_at,device_hash}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.sessions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON sessions TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON sessions TO rms_purger;

CREATE TABLE subscriptions (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    plan_type character varying(50) DEFAULT 'trial'::character varying NOT NULL,
    billing_cycle character varying(20),
    amount numeric(15,2) DEFAULT 0 NOT NULL,
    currency character varying(3) DEFAULT 'INR'::character varying NOT NULL,
    is_trial boolean DEFAULT true NOT NULL,
    trial_start_date timestamp with time zone,
    trial_end_date timestamp with time zone,
    trial_days_remaining integer,
    status character varying(50) DEFAULT 'active'::character varying NOT NULL,
    next_billing_date timestamp with time zone,
    payment_method character varying(50),
    last_payment_date timestamp with time zone,
    last_payment_amount numeric(15,2),
    notes text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_subscriptions_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_subscriptions_amounts_are_not_negative CHECK (((amount >= (0)::numeric) AND (last_payment_amount >= (0)::numeric))),
    CONSTRAINT ck_subscriptions_billing_cycle_is_known CHECK (((billing_cycle)::text = ANY ((ARRAY['monthly'::character varying, 'yearly'::character varying])::text[]))),
    CONSTRAINT ck_subscriptions_numbers_are_numbers CHECK ((('NaN'::numeric <> amount) AND ('NaN'::numeric <> last_payment_amount))),
    CONSTRAINT ck_subscriptions_paid_plan_says_how_it_is_paid CHECK ((((plan_type)::text <> 'paid'::text) OR ((billing_cycle IS NOT NULL) AND (payment_method IS NOT NULL) AND (amount > (0)::numeric)))),
    CONSTRAINT ck_subscriptions_plan_type_is_known CHECK (((plan_type)::text = ANY ((ARRAY['trial'::character varying, 'paid'::character varying])::text[]))),
    CONSTRAINT ck_subscriptions_status_is_known CHECK (((status)::text = ANY ((ARRAY['active'::character varying, 'expired'::character varying, 'cancelled'::character varying, 'suspended'::character varying])::text[]))),
    CONSTRAINT ck_subscriptions_trial_is_a_trial CHECK ((is_trial = ((plan_type)::text = 'trial'::text)))
);
CREATE INDEX ix_subscriptions_status ON public.subscriptions USING btree (tenant_id, status);
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON subscriptions FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON subscriptions FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.subscriptions FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,trial_days_remaining}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.subscriptions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON subscriptions TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON subscriptions TO rms_purger;

CREATE TABLE tax_rates (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    gst_setting_id uuid,
    category character varying(100) NOT NULL,
    rate numeric(6,3) DEFAULT 0 NOT NULL,
    effective_from date NOT NULL,
    description text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_tax_rates PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_tax_rates_tenant_id_category_effective_from UNIQUE (tenant_id, category, effective_from),
    CONSTRAINT fk_tax_rates_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_tax_rates_tenant_id_gst_setting_id FOREIGN KEY (tenant_id, gst_setting_id) REFERENCES gst_settings(tenant_id, id),
    CONSTRAINT ck_tax_rates_numbers_are_numbers CHECK (('NaN'::numeric <> rate)),
    CONSTRAINT ck_tax_rates_rate_is_a_percentage CHECK (((rate >= (0)::numeric) AND (rate <= (100)::numeric)))
);
CREATE INDEX ix_tax_rates_gst_setting ON public.tax_rates USING btree (tenant_id, gst_setting_id);
ALTER TABLE tax_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_rates FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON tax_rates FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON tax_rates FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.tax_rates FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.tax_rates FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON tax_rates TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON tax_rates TO rms_purger;

CREATE TABLE tds_rates (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    section character varying(20) NOT NULL,
    name character varying(100) NOT NULL,
    rate numeric(6,3) DEFAULT 0 NOT NULL,
    effective_from date NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_tds_rates PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_tds_rates_tenant_id_section_effective_from UNIQUE (tenant_id, section, effective_from),
    CONSTRAINT fk_tds_rates_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_tds_rates_numbers_are_numbers CHECK (('NaN'::numeric <> rate)),
    CONSTRAINT ck_tds_rates_rate_is_a_percentage CHECK (((rate >= (0)::numeric) AND (rate <= (100)::numeric)))
);
ALTER TABLE tds_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE tds_rates FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON tds_rates FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON tds_rates FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.tds_rates FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.tds_rates FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON tds_rates TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON tds_rates TO rms_purger;

CREATE TABLE tenants (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    slug character varying(100) NOT NULL,
    email character varying(255) NOT NULL,
    domain character varying(255),
    subscription_status character varying(50) DEFAULT 'trial'::character varying NOT NULL,
    trial_start_date timestamp with time zone,
    trial_end_date timestamp with time zone,
    is_trial_used boolean DEFAULT false NOT NULL,
    converted_to_paid_at timestamp with time zone,
    subscription_start_date timestamp with time zone,
    subscription_end_date timestamp with time zone,
    current_invoice_count integer DEFAULT 0 NOT NULL,
    current_customer_count integer DEFAULT 0 NOT NULL,
    current_user_count integer DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    settings jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT uq_tenants_slug UNIQUE (slug),
    CONSTRAINT ck_tenants_counts_are_not_negative CHECK (((current_invoice_count >= 0) AND (current_customer_count >= 0) AND (current_user_count >= 0))),
    CONSTRAINT ck_tenants_slug_fits_a_url CHECK (((slug)::text ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)),
    CONSTRAINT ck_tenants_subscription_status_is_known CHECK (((subscription_status)::text = ANY ((ARRAY['trial'::character varying, 'active'::character varying, 'expired'::character varying, 'cancelled'::character varying, 'suspended'::character varying])::text[]))),
    CONSTRAINT ck_tenants_trial_ends_after_it_starts CHECK ((trial_end_date >= trial_start_date))
);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_before_sign_in ON tenants FOR SELECT TO rms_definer USING (true);
CREATE POLICY removed_by_purger ON tenants FOR ALL TO rms_purger USING ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON tenants FOR ALL TO rms_app USING ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,current_invoice_count,current_customer_count,current_user_count}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON tenants TO rms_app;
GRANT SELECT (id, is_active, name, slug) ON tenants TO rms_definer;
GRANT SELECT (created_at, current_customer_count, current_user_count, id, name), UPDATE (current_customer_count, current_user_count, domain, email, is_active, name, settings, slug) ON tenants TO rms_purger;

CREATE TABLE trial_ledger (
    email_hash character varying(100) NOT NULL,
    used_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_trial_ledger PRIMARY KEY (email_hash)
);
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.trial_ledger FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT ON trial_ledger TO rms_app;

CREATE TABLE user_invitations (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    email character varying(255) NOT NULL,
    email_norm character varying(255) GENERATED ALWAYS AS (lower((email)::text)) STORED NOT NULL,
    role character varying(50) NOT NULL,
    token character varying(255) NOT NULL,
    round integer DEFAULT 1 NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    invited_by uuid,
    accepted_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    user_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_user_invitations PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_user_invitations_token UNIQUE (token),
    CONSTRAINT fk_user_invitations_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT fk_user_invitations_tenant_id_invited_by FOREIGN KEY (tenant_id, invited_by) REFERENCES users(tenant_id, id),
    CONSTRAINT fk_user_invitations_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id),
    CONSTRAINT ck_user_invitations_accepted_invitations_say_who CHECK (((accepted_at IS NULL) = (user_id IS NULL))),
    CONSTRAINT ck_user_invitations_accepted_or_withdrawn CHECK (((accepted_at IS NULL) OR (withdrawn_at IS NULL))),
    CONSTRAINT ck_user_invitations_role_is_known CHECK (((role)::text = ANY ((ARRAY['admin'::character varying, 'manager'::character varying, 'user'::character varying])::text[])))
);
CREATE INDEX ix_user_invitations_invited_by ON public.user_invitations USING btree (tenant_id, invited_by);
CREATE INDEX ix_user_invitations_user ON public.user_invitations USING btree (tenant_id, user_id);
CREATE UNIQUE INDEX uq_user_invitations_open ON public.user_invitations USING btree (tenant_id, email_norm) WHERE ((accepted_at IS NULL) AND (withdrawn_at IS NULL));
ALTER TABLE user_invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY removed_by_purger ON user_invitations FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON user_invitations FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.user_invitations FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,email_norm,token}', '{}');
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.user_invitations FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT DELETE, INSERT, SELECT, UPDATE ON user_invitations TO rms_app;
GRANT DELETE, SELECT (tenant_id) ON user_invitations TO rms_purger;

CREATE TABLE users (
    tenant_id uuid DEFAULT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid NOT NULL,
    id uuid NOT NULL,
    email character varying(255) NOT NULL,
    email_norm character varying(255) GENERATED ALWAYS AS (lower((email)::text)) STORED NOT NULL,
    password_hash character varying(255) NOT NULL,
    first_name character varying(100),
    last_name character varying(100),
    role character varying(50) DEFAULT 'user'::character varying NOT NULL,
    email_verified boolean DEFAULT false NOT NULL,
    email_verified_at timestamp with time zone,
    is_active boolean DEFAULT true NOT NULL,
    last_login_at timestamp with time zone,
    last_password_change timestamp with time zone,
    deleted_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    preferences jsonb,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_users_tenant_id_email UNIQUE (tenant_id, email),
    CONSTRAINT uq_users_tenant_id_email_norm UNIQUE (tenant_id, email_norm),
    CONSTRAINT fk_users_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants(id),
    CONSTRAINT ck_users_role_is_known CHECK (((role)::text = ANY ((ARRAY['admin'::character varying, 'manager'::character varying, 'user'::character varying])::text[]))),
    CONSTRAINT ck_users_verified_users_say_when CHECK (((NOT email_verified) OR (email_verified_at IS NOT NULL)))
);
CREATE INDEX ix_users_email_norm ON public.users USING btree (email_norm);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY asked_before_sign_in ON users FOR SELECT TO rms_definer USING (true);
CREATE POLICY removed_by_purger ON users FOR ALL TO rms_purger USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE POLICY tenant_isolation ON users FOR ALL TO rms_app USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION audit_row('{id,tenant_id,created_at,updated_at,version,email_norm,last_login_at}', '{password_hash}');
CREATE TRIGGER count_active_on_delete AFTER DELETE ON public.users REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_users();
CREATE TRIGGER count_active_on_insert AFTER INSERT ON public.users REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_users();
CREATE TRIGGER count_active_on_update AFTER UPDATE ON public.users REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_active_users();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
GRANT INSERT, SELECT, UPDATE ON users TO rms_app;
GRANT SELECT (deleted_at, email_norm, email_verified, id, is_active, last_login_at, password_hash, tenant_id) ON users TO rms_definer;
GRANT DELETE, SELECT (email_verified, email_verified_at, tenant_id) ON users TO rms_purger;

CREATE OR REPLACE FUNCTION public.audit_event(p_action text, p_entity_type text, p_entity_id uuid, p_details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO public.audit_logs (tenant_id, id, user_id, entity_type, entity_id, action, new_values,
                                   ip_address, user_agent, request_id, reason)
    VALUES ((NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid, gen_random_uuid(),
            nullif(current_setting('app.user_id', true), '')::uuid, p_entity_type, p_entity_id, p_action,
            p_details, left(nullif(current_setting('app.ip', true), ''), 45),
            nullif(current_setting('app.user_agent', true), ''),
            left(nullif(current_setting('app.request_id', true), ''), 64),
            nullif(current_setting('app.reason', true), ''));
END $function$;
-- audit_event(text,text,uuid,jsonb): owned by rms_audit, may be called by rms_app

CREATE OR REPLACE FUNCTION public.audit_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    derived text[] := TG_ARGV[0]::text[];
    hidden text[] := TG_ARGV[1]::text[];
    row_before jsonb;
    row_after jsonb;
    whole jsonb;
    secret text;
BEGIN
    IF TG_OP <> 'INSERT' THEN row_before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN row_after := to_jsonb(NEW); END IF;
    whole := coalesce(row_after, row_before);
    row_before := row_before - derived;
    row_after := row_after - derived;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, row_after -> o.key)
        INTO row_before, row_after
        FROM jsonb_each(row_before) o WHERE o.value IS DISTINCT FROM row_after -> o.key;
        IF row_before IS NULL THEN RETURN NULL; END IF;
    ELSE
        row_before := jsonb_strip_nulls(row_before);
        row_after := jsonb_strip_nulls(row_after);
    END IF;
    FOREACH secret IN ARRAY hidden LOOP
        IF row_before ? secret THEN row_before := jsonb_set(row_before, ARRAY[secret], '"(hidden)"'); END IF;
        IF row_after ? secret THEN row_after := jsonb_set(row_after, ARRAY[secret], '"(hidden)"'); END IF;
    END LOOP;
    INSERT INTO public.audit_logs (tenant_id, id, user_id, entity_type, entity_id, action,
                                   old_values, new_values, ip_address, user_agent, request_id, reason)
    VALUES (coalesce(whole ->> 'tenant_id', whole ->> 'id')::uuid, gen_random_uuid(),
            nullif(current_setting('app.user_id', true), '')::uuid, TG_TABLE_NAME, (whole ->> 'id')::uuid,
            CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END, row_before, row_after,
            left(nullif(current_setting('app.ip', true), ''), 45),
            nullif(current_setting('app.user_agent', true), ''),
            left(nullif(current_setting('app.request_id', true), ''), 64),
            nullif(current_setting('app.reason', true), ''));
    RETURN NULL;
END $function$;
-- audit_row(): owned by rms_audit, may be called by (nobody)

CREATE OR REPLACE FUNCTION public.audited_tenants()
 RETURNS TABLE(tenant_id uuid, is_waiting boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
    SELECT t.id, EXISTS (
        SELECT FROM public.audit_logs a WHERE a.tenant_id = t.id AND (
            s.sequence IS NULL OR (a.epoch, a.transaction_id, a.created_at, a.id) > (s.epoch, s.to_xid, s.to_created_at, s.to_id)))
    FROM public.tenants t LEFT JOIN LATERAL (
        SELECT * FROM (SELECT x.sequence, x.epoch, x.to_xid, x.to_created_at, x.to_id
                       FROM public.audit_seals x WHERE x.tenant_id = t.id
                       ORDER BY x.sequence DESC LIMIT 1) newest) s ON true
    ORDER BY t.id;
END $function$;
-- audited_tenants(): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.count_active_customers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.tenants t SET current_customer_count = t.current_customer_count + changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM after_rows n
              WHERE n.is_active GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE public.tenants t SET current_customer_count = t.current_customer_count - changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM before_rows n
              WHERE n.is_active GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSE
        UPDATE public.tenants t SET current_customer_count = t.current_customer_count + changed.difference
        FROM (SELECT moved.tenant_id, sum(moved.difference) AS difference
              FROM (SELECT n.tenant_id, 1 AS difference FROM after_rows n WHERE n.is_active
                    UNION ALL
                    SELECT n.tenant_id, -1 FROM before_rows n WHERE n.is_active) moved
              GROUP BY moved.tenant_id HAVING sum(moved.difference) <> 0) changed
        WHERE t.id = changed.tenant_id;
    END IF;
    RETURN NULL;
END $function$;
-- count_active_customers(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.count_active_users()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.tenants t SET current_user_count = t.current_user_count + changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM after_rows n
              WHERE n.is_active AND n.deleted_at IS NULL GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE public.tenants t SET current_user_count = t.current_user_count - changed.difference
        FROM (SELECT n.tenant_id, count(*) AS difference FROM before_rows n
              WHERE n.is_active AND n.deleted_at IS NULL GROUP BY n.tenant_id) changed
        WHERE t.id = changed.tenant_id;
    ELSE
        UPDATE public.tenants t SET current_user_count = t.current_user_count + changed.difference
        FROM (SELECT moved.tenant_id, sum(moved.difference) AS difference
              FROM (SELECT n.tenant_id, 1 AS difference FROM after_rows n WHERE n.is_active AND n.deleted_at IS NULL
                    UNION ALL
                    SELECT n.tenant_id, -1 FROM before_rows n WHERE n.is_active AND n.deleted_at IS NULL) moved
              GROUP BY moved.tenant_id HAVING sum(moved.difference) <> 0) changed
        WHERE t.id = changed.tenant_id;
    END IF;
    RETURN NULL;
END $function$;
-- count_active_users(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.due_mails(p_limit integer, p_grace interval)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
    SELECT m.tenant_id, m.id FROM public.email_messages m
    WHERE m.state = 'queued' AND m.next_attempt_at <= now() - p_grace
    ORDER BY m.next_attempt_at, m.id
    LIMIT p_limit;
END $function$;
-- due_mails(integer,interval): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.erase_audit_values(p_entity_type text, p_entity_id uuid, p_reason text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    erased integer;
BEGIN
    IF btrim(coalesce(p_reason, '')) = '' THEN RAISE EXCEPTION 'an erasure needs a reason'; END IF;
    UPDATE public.audit_logs a
    SET erased_old = sha256(convert_to(a.old_values::text, 'UTF8')), erased_new = sha256(convert_to(a.new_values::text, 'UTF8')),
        old_values = NULL, new_values = NULL, erased_at = clock_timestamp(), erased_reason = p_reason
    WHERE a.tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AND a.entity_type = p_entity_type AND a.entity_id = p_entity_id
      AND a.erased_at IS NULL AND (a.old_values IS NOT NULL OR a.new_values IS NOT NULL);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $function$;
-- erase_audit_values(text,uuid,text): owned by rms_audit, may be called by rms_app

CREATE OR REPLACE FUNCTION public.erase_removed_tenant_audit()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    erased integer;
BEGIN
    UPDATE public.audit_logs a
    SET erased_old = sha256(convert_to(a.old_values::text, 'UTF8')), erased_new = sha256(convert_to(a.new_values::text, 'UTF8')),
        old_values = NULL, new_values = NULL, erased_at = clock_timestamp(),
        erased_reason = 'the sign-up was never confirmed'
    WHERE a.tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AND a.erased_at IS NULL
      AND (a.old_values IS NOT NULL OR a.new_values IS NOT NULL);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $function$;
-- erase_removed_tenant_audit(): owned by rms_audit, may be called by rms_purger

CREATE OR REPLACE FUNCTION public.freeze_issued_credit_note()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    free text[] := '{status,applied_amount,refunded_amount,unapplied_amount,notes,sent_at,cancelled_on,cancel_reason,version,updated_at}';
    before jsonb;
    after jsonb;
BEGIN
    IF OLD.status = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an issued credit note is cancelled, not deleted' USING ERRCODE = 'check_violation';
    END IF;
    before := to_jsonb(OLD) - free;
    after := to_jsonb(NEW) - free;

    IF after ->> 'customer_id' IS DISTINCT FROM before ->> 'customer_id' AND EXISTS (
        SELECT FROM public.customers c WHERE c.tenant_id = OLD.tenant_id AND c.id = OLD.customer_id
        AND c.merged_into_id = NEW.customer_id
    ) THEN
        before := before - 'customer_id';
        after := after - 'customer_id';
    END IF;

    IF before IS DISTINCT FROM after OR NEW.status = 'draft' THEN
        RAISE EXCEPTION 'an issued credit note is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$;
-- freeze_issued_credit_note(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.freeze_issued_credit_note_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF current_user = 'rms_purger' THEN RETURN coalesce(NEW, OLD); END IF;
    IF EXISTS (SELECT FROM public.credit_notes c WHERE c.status <> 'draft'
               AND ((TG_OP <> 'INSERT' AND c.tenant_id = OLD.tenant_id AND c.id = OLD.credit_note_id)
                 OR (TG_OP <> 'DELETE' AND c.tenant_id = NEW.tenant_id AND c.id = NEW.credit_note_id))) THEN
        RAISE EXCEPTION 'a line of an issued credit note is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $function$;
-- freeze_issued_credit_note_line(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.freeze_issued_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    free text[] := '{status,amount_paid,amount_credited,balance,notes,reference_number,sent_at,cancelled_at,cancel_reason,version,updated_at,port_code,shipping_bill_number,shipping_bill_date}';
    before jsonb;
    after jsonb;
BEGIN
    IF OLD.status = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an issued invoice is cancelled and not deleted' USING ERRCODE = 'check_violation';
    END IF;
    before := to_jsonb(OLD) - free;
    after := to_jsonb(NEW) - free;
    IF before #>> '{seller_snapshot,bank_account_number}' IS NOT NULL
            AND after #>> '{seller_snapshot,bank_account_number}' LIKE 'v1:%' THEN
        before := before #- '{seller_snapshot,bank_account_number}';
        after := after #- '{seller_snapshot,bank_account_number}';
    END IF;

    IF after ->> 'customer_id' IS DISTINCT FROM before ->> 'customer_id' AND EXISTS (
        SELECT FROM public.customers c WHERE c.tenant_id = OLD.tenant_id AND c.id = OLD.customer_id
        AND c.merged_into_id = NEW.customer_id
    ) THEN
        before := before - 'customer_id';
        after := after - 'customer_id';
    END IF;

    IF before IS DISTINCT FROM after OR NEW.status = 'draft' THEN
        RAISE EXCEPTION 'an issued invoice is not changed: correct it with a credit note, or cancel it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$;
-- freeze_issued_invoice(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.freeze_issued_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM public.invoices i WHERE i.status <> 'draft'
               AND ((TG_OP <> 'INSERT' AND i.tenant_id = OLD.tenant_id AND i.id = OLD.invoice_id)
                 OR (TG_OP <> 'DELETE' AND i.tenant_id = NEW.tenant_id AND i.id = NEW.invoice_id))) THEN
        RAISE EXCEPTION 'a line of an issued invoice is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $function$;
-- freeze_issued_line(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.freeze_sent_quote()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    free text[] := '{answer,answered_at,answered_through,answered_by,answer_reason,answer_note,answer_ip,archived_at,version,updated_at}';
BEGIN
    IF OLD.sent_at IS NULL OR current_user = 'rms_purger' THEN RETURN coalesce(NEW, OLD); END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION 'a quote stays as it was sent: make a new version' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$;
-- freeze_sent_quote(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.freeze_sent_quote_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF current_user = 'rms_purger' THEN RETURN coalesce(NEW, OLD); END IF;
    IF EXISTS (SELECT FROM public.quotes q WHERE q.sent_at IS NOT NULL
               AND ((TG_OP <> 'INSERT' AND q.tenant_id = OLD.tenant_id AND q.id = OLD.quote_id)
                 OR (TG_OP <> 'DELETE' AND q.tenant_id = NEW.tenant_id AND q.id = NEW.quote_id))) THEN
        RAISE EXCEPTION 'a line of a sent quote is not changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $function$;
-- freeze_sent_quote_line(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.invoices_matching(p_text text, p_amount numeric, p_cap integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    t uuid := (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
    p text := '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
    IF t IS NULL OR p_text = '' THEN RETURN ARRAY[]::uuid[]; END IF;

    RETURN ARRAY(SELECT f.id FROM (
        (SELECT i.id FROM public.invoices i
         WHERE i.tenant_id = t AND i.invoice_number ILIKE p LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE i.tenant_id = t AND (i.reference_number ILIKE p OR i.customer_gst ILIKE p) LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.customers c
         JOIN public.invoices i ON i.tenant_id = t AND i.customer_id = c.id
         WHERE c.tenant_id = t AND (lower(c.name) LIKE lower(p) OR c.gst_number ILIKE p) LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE p_amount IS NOT NULL AND i.tenant_id = t AND i.total = p_amount LIMIT p_cap)
        UNION
        (SELECT i.id FROM public.invoices i
         WHERE p_amount IS NOT NULL AND i.tenant_id = t AND i.balance = p_amount
         AND i.status IN ('pending', 'overdue', 'partially_paid') LIMIT p_cap)
    ) f LIMIT p_cap);
END $function$;
-- invoices_matching(text,numeric,integer): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.keep_allocation_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    cash_before numeric := 0;
    cash_after numeric := 0;
    settled_before numeric := 0;
    settled_after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.released_on IS NULL THEN
        cash_before := OLD.allocated_amount;
        settled_before := OLD.allocated_amount + OLD.tds_amount + OLD.gst_tds_amount + OLD.write_off_amount;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.released_on IS NULL THEN
        cash_after := NEW.allocated_amount;
        settled_after := NEW.allocated_amount + NEW.tds_amount + NEW.gst_tds_amount + NEW.write_off_amount;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.receipt_id, OLD.invoice_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.receipt_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'an allocation stays with its receipt and its invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    IF cash_after <> cash_before THEN
        UPDATE public.receipts r SET allocated_amount = r.allocated_amount + cash_after - cash_before
        WHERE r.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND r.id = coalesce(NEW.receipt_id, OLD.receipt_id);
    END IF;
    IF settled_after <> settled_before THEN
        UPDATE public.invoices i SET amount_paid = i.amount_paid + settled_after - settled_before
        WHERE i.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND i.id = coalesce(NEW.invoice_id, OLD.invoice_id);
    END IF;
    RETURN NULL;
END $function$;
-- keep_allocation_sums(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.keep_application_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    before numeric := 0;
    after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.released_on IS NULL THEN before := OLD.applied_amount; END IF;
    IF TG_OP <> 'DELETE' AND NEW.released_on IS NULL THEN after := NEW.applied_amount; END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.credit_note_id, OLD.invoice_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.credit_note_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'an application stays with its credit note and its invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    IF after <> before THEN
        UPDATE public.credit_notes c SET applied_amount = c.applied_amount + after - before
        WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND c.id = coalesce(NEW.credit_note_id, OLD.credit_note_id);
        UPDATE public.invoices i SET amount_credited = i.amount_credited + after - before
        WHERE i.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND i.id = coalesce(NEW.invoice_id, OLD.invoice_id);
    END IF;
    RETURN NULL;
END $function$;
-- keep_application_sums(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.keep_refund_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    before numeric := 0;
    after numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.cancelled_on IS NULL THEN before := OLD.amount; END IF;
    IF TG_OP <> 'DELETE' AND NEW.cancelled_on IS NULL THEN after := NEW.amount; END IF;
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.receipt_id, OLD.credit_note_id)
            IS DISTINCT FROM (NEW.tenant_id, NEW.receipt_id, NEW.credit_note_id) THEN
        RAISE EXCEPTION 'a refund stays with what it was paid out of' USING ERRCODE = 'check_violation';
    END IF;
    IF after <> before THEN
        UPDATE public.receipts r SET refunded_amount = r.refunded_amount + after - before
        WHERE r.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND r.id = coalesce(NEW.receipt_id, OLD.receipt_id);
        UPDATE public.credit_notes c SET refunded_amount = c.refunded_amount + after - before
        WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
          AND c.id = coalesce(NEW.credit_note_id, OLD.credit_note_id);
    END IF;
    RETURN NULL;
END $function$;
-- keep_refund_sums(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.prepare_audit_months(p_ahead integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    first_day date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    month_start timestamptz;
    month_end timestamptz;
    partition text;
    made integer := 0;
BEGIN
    IF p_ahead NOT BETWEEN 0 AND 120 THEN RAISE EXCEPTION 'months ahead must be 0 to 120'; END IF;
    FOR ahead IN 0..p_ahead LOOP
        month_start := (first_day + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        month_end := (first_day + make_interval(months => ahead + 1)) AT TIME ZONE 'UTC';
        partition := 'audit_logs_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYYMM');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        IF EXISTS (SELECT FROM public.audit_logs_default d
                   WHERE d.created_at >= month_start AND d.created_at < month_end) THEN
            RAISE WARNING 'audit rows of % lie in audit_logs_default', partition;
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_logs FOR VALUES FROM (%L) TO (%L)',
                       partition, month_start, month_end);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()', partition);
        made := made + 1;
    END LOOP;
    RETURN made;
END $function$;
-- prepare_audit_months(integer): owned by rms_owner, may be called by rms_app

CREATE OR REPLACE FUNCTION public.public_link(p_token text)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY SELECT l.tenant_id, l.id FROM public.public_links l WHERE l.token = p_token;
END $function$;
-- public_link(text): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.receipts_matching(p_text text, p_amount numeric, p_cap integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    t uuid := (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
    p text := '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
    IF t IS NULL OR p_text = '' THEN RETURN ARRAY[]::uuid[]; END IF;

    RETURN ARRAY(SELECT f.id FROM (
        (SELECT r.id FROM public.receipts r
         WHERE r.tenant_id = t AND (r.receipt_number ILIKE p OR r.reference ILIKE p) LIMIT p_cap)
        UNION
        (SELECT r.id FROM public.customers c
         JOIN public.receipts r ON r.tenant_id = t AND r.customer_id = c.id
         WHERE c.tenant_id = t AND (lower(c.name) LIKE lower(p) OR c.gst_number ILIKE p) LIMIT p_cap)
        UNION
        (SELECT r.id FROM public.receipts r
         WHERE p_amount IS NOT NULL AND r.tenant_id = t AND r.amount = p_amount LIMIT p_cap)
    ) f LIMIT p_cap);
END $function$;
-- receipts_matching(text,numeric,integer): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $function$;
-- refuse_audit_change(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.refuse_audit_change_but_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    -- A generated column is not computed yet when this runs.
    kept text[] := '{old_values,new_values,erased_old,erased_new,erased_at,erased_reason,updated_at}';
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'rms_audit' THEN
        IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND btrim(NEW.erased_reason) <> ''
           AND NEW.old_values IS NULL AND NEW.new_values IS NULL
           AND NEW.erased_old IS NOT DISTINCT FROM sha256(convert_to(OLD.old_values::text, 'UTF8'))
           AND NEW.erased_new IS NOT DISTINCT FROM sha256(convert_to(OLD.new_values::text, 'UTF8'))
           AND to_jsonb(NEW) - kept = to_jsonb(OLD) - kept THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $function$;
-- refuse_audit_change_but_erasure(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.refuse_void_credit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (
        SELECT FROM public.credit_notes c WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.id
        AND c.status IN ('draft', 'cancelled') AND c.applied_amount + c.refunded_amount <> 0
    ) THEN
        RAISE EXCEPTION 'a void credit note takes nothing off' USING ERRCODE = 'check_violation',
            TABLE = 'credit_notes', CONSTRAINT = 'ck_credit_notes_void_credit_notes_are_not_used';
    END IF;
    RETURN NULL;
END $function$;
-- refuse_void_credit(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.refuse_void_settlement()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_TABLE_NAME = 'invoices' AND EXISTS (
        SELECT FROM public.invoices i WHERE i.tenant_id = NEW.tenant_id AND i.id = NEW.id
        AND i.status IN ('draft', 'cancelled') AND i.amount_paid + i.amount_credited <> 0
    ) THEN
        RAISE EXCEPTION 'a draft or cancelled invoice cannot be paid' USING ERRCODE = 'check_violation',
            TABLE = 'invoices', CONSTRAINT = 'ck_invoices_void_invoices_are_not_paid';
    END IF;
    IF TG_TABLE_NAME = 'receipts' AND EXISTS (
        SELECT FROM public.receipts r WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.id
        AND r.status IN ('bounced', 'cancelled') AND r.allocated_amount <> 0
    ) THEN
        RAISE EXCEPTION 'a bounced or cancelled receipt pays nothing' USING ERRCODE = 'check_violation',
            TABLE = 'receipts', CONSTRAINT = 'ck_receipts_void_receipts_pay_nothing';
    END IF;
    RETURN NULL;
END $function$;
-- refuse_void_settlement(): owned by rms_owner, may be called by PUBLIC

CREATE OR REPLACE FUNCTION public.remove_unverified_tenant()
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    tenant uuid := (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
BEGIN
    PERFORM FROM public.tenants t
    WHERE t.id = tenant AND t.name <> '' AND t.created_at <= now() - interval '7 days'
    FOR UPDATE;
    IF NOT FOUND
       OR EXISTS (SELECT FROM public.users u WHERE u.tenant_id = tenant
                  AND (u.email_verified OR u.email_verified_at IS NOT NULL))
       OR EXISTS (SELECT FROM public.invoices i WHERE i.tenant_id = tenant AND i.status <> 'draft')
       OR EXISTS (SELECT FROM public.credit_notes c WHERE c.tenant_id = tenant AND c.status <> 'draft')
       OR EXISTS (SELECT FROM public.receipts r WHERE r.tenant_id = tenant) THEN
        RETURN false;
    END IF;
    DELETE FROM public.bank_lines x WHERE x.tenant_id = tenant;
    DELETE FROM public.import_batches x WHERE x.tenant_id = tenant;
    DELETE FROM public.refunds x WHERE x.tenant_id = tenant;
    DELETE FROM public.credit_note_applications x WHERE x.tenant_id = tenant;
    DELETE FROM public.credit_note_line_items x WHERE x.tenant_id = tenant;
    DELETE FROM public.receipt_drafts x WHERE x.tenant_id = tenant;
    DELETE FROM public.tds_rates x WHERE x.tenant_id = tenant;
    DELETE FROM public.customer_contacts x WHERE x.tenant_id = tenant;
    DELETE FROM public.deleted_drafts x WHERE x.tenant_id = tenant;
    DELETE FROM public.lut_declarations x WHERE x.tenant_id = tenant;
    DELETE FROM public.bulk_jobs x WHERE x.tenant_id = tenant;
    DELETE FROM public.quote_invoices x WHERE x.tenant_id = tenant;
    DELETE FROM public.quote_lines x WHERE x.tenant_id = tenant;
    DELETE FROM public.quotes x WHERE x.tenant_id = tenant;
    DELETE FROM public.reminder_stops x WHERE x.tenant_id = tenant;
    DELETE FROM public.reminders x WHERE x.tenant_id = tenant;
    DELETE FROM public.recurring_invoices x WHERE x.tenant_id = tenant;
    DELETE FROM public.recurring_runs x WHERE x.tenant_id = tenant;
    DELETE FROM public.recurring_schedules x WHERE x.tenant_id = tenant;
    DELETE FROM public.mail_servers x WHERE x.tenant_id = tenant;
    DELETE FROM public.mail_templates x WHERE x.tenant_id = tenant;
    DELETE FROM public.payer_answers x WHERE x.tenant_id = tenant;
    DELETE FROM public.document_views x WHERE x.tenant_id = tenant;
    DELETE FROM public.public_links x WHERE x.tenant_id = tenant;
    DELETE FROM public.file_chunks x WHERE x.tenant_id = tenant;
    DELETE FROM public.files x WHERE x.tenant_id = tenant;
    DELETE FROM public.recovery_codes x WHERE x.tenant_id = tenant;
    DELETE FROM public.second_factors x WHERE x.tenant_id = tenant;
    DELETE FROM public.email_changes x WHERE x.tenant_id = tenant;
    DELETE FROM public.user_invitations x WHERE x.tenant_id = tenant;
    DELETE FROM public.password_resets x WHERE x.tenant_id = tenant;
    DELETE FROM public.email_verifications x WHERE x.tenant_id = tenant;
    DELETE FROM public.sessions x WHERE x.tenant_id = tenant;
    DELETE FROM public.idempotency_keys x WHERE x.tenant_id = tenant;
    DELETE FROM public.email_messages x WHERE x.tenant_id = tenant;
    DELETE FROM public.receipt_allocations x WHERE x.tenant_id = tenant;
    DELETE FROM public.receipts x WHERE x.tenant_id = tenant;
    DELETE FROM public.credit_notes x WHERE x.tenant_id = tenant;
    DELETE FROM public.invoice_line_items x WHERE x.tenant_id = tenant;
    DELETE FROM public.invoices x WHERE x.tenant_id = tenant;
    DELETE FROM public.number_counters x WHERE x.tenant_id = tenant;
    DELETE FROM public.number_series x WHERE x.tenant_id = tenant;
    DELETE FROM public.customers x WHERE x.tenant_id = tenant;
    DELETE FROM public.service_types x WHERE x.tenant_id = tenant;
    DELETE FROM public.account_managers x WHERE x.tenant_id = tenant;
    DELETE FROM public.client_types x WHERE x.tenant_id = tenant;
    DELETE FROM public.tax_rates x WHERE x.tenant_id = tenant;
    DELETE FROM public.gst_settings x WHERE x.tenant_id = tenant;
    DELETE FROM public.companies x WHERE x.tenant_id = tenant;
    DELETE FROM public.users x WHERE x.tenant_id = tenant;
    DELETE FROM public.subscriptions x WHERE x.tenant_id = tenant;
    UPDATE public.tenants t
    SET name = '', email = '', domain = NULL, settings = NULL, is_active = false,
        slug = 'gone-' || replace(tenant::text, '-', '')
    WHERE t.id = tenant;
    PERFORM public.erase_removed_tenant_audit();
    RETURN true;
END $function$;
-- remove_unverified_tenant(): owned by rms_purger, may be called by rms_app

CREATE OR REPLACE FUNCTION public.seal_audit_logs()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    tenant uuid := (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
    horizon bigint;
    newest_epoch integer;
    last public.audit_seals;
    seal public.audit_seals;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7264302, hashtext(tenant::text)) THEN RETURN NULL; END IF;
    horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT max(a.epoch) INTO newest_epoch FROM public.audit_logs a WHERE a.tenant_id = tenant;
    SELECT * INTO last FROM public.audit_seals s WHERE s.tenant_id = tenant ORDER BY s.sequence DESC LIMIT 1;
    WITH waiting AS (
        SELECT a.* FROM public.audit_logs a
        WHERE a.tenant_id = tenant AND (a.epoch < newest_epoch OR a.transaction_id < horizon)
          AND (last.sequence IS NULL OR (a.epoch, a.transaction_id, a.created_at, a.id)
               > (last.epoch, last.to_xid, last.to_created_at, last.to_id))
        ORDER BY a.epoch, a.transaction_id, a.created_at, a.id LIMIT 10000
    ), batch AS (
        SELECT a.*, sha256(convert_to(jsonb_build_array(
    a.tenant_id, a.epoch, a.transaction_id, (extract(epoch FROM a.created_at) * 1000000)::bigint, a.id, a.user_id, a.entity_type,
    a.entity_id, a.action, encode(coalesce(a.erased_old, sha256(convert_to(a.old_values::text, 'UTF8'))), 'hex'),
    encode(coalesce(a.erased_new, sha256(convert_to(a.new_values::text, 'UTF8'))), 'hex'), a.ip_address, a.user_agent,
    a.request_id, a.reason)::text, 'UTF8')) AS entry_hash FROM waiting a
        WHERE a.epoch = (SELECT min(w.epoch) FROM waiting w)
    )
    SELECT tenant, coalesce(last.sequence, 0) + 1, min(a.epoch), min(a.transaction_id), max(a.transaction_id),
           (array_agg(a.created_at ORDER BY a.epoch DESC, a.transaction_id DESC, a.created_at DESC, a.id DESC))[1],
           (array_agg(a.id ORDER BY a.epoch DESC, a.transaction_id DESC, a.created_at DESC, a.id DESC))[1],
           count(*), string_agg(a.entry_hash, ''::bytea ORDER BY a.epoch, a.transaction_id, a.created_at, a.id),
           coalesce(last.hash, ''::bytea)
    INTO seal.tenant_id, seal.sequence, seal.epoch, seal.from_xid, seal.to_xid, seal.to_created_at,
         seal.to_id, seal.row_count, seal.entries, seal.previous_hash
    FROM batch a;
    IF seal.row_count = 0 THEN RETURN 0; END IF;
    INSERT INTO public.audit_seals (tenant_id, sequence, epoch, from_xid, to_xid, to_created_at, to_id,
                                    row_count, entries, previous_hash, hash)
    VALUES (seal.tenant_id, seal.sequence, seal.epoch, seal.from_xid, seal.to_xid, seal.to_created_at,
            seal.to_id, seal.row_count, seal.entries, seal.previous_hash,
            sha256(seal.previous_hash || convert_to(jsonb_build_array(
    seal.tenant_id, seal.sequence, seal.epoch, seal.from_xid, seal.to_xid,
    (extract(epoch FROM seal.to_created_at) * 1000000)::bigint, seal.to_id, seal.row_count)::text, 'UTF8') || seal.entries));
    RETURN seal.row_count;
END $function$;
-- seal_audit_logs(): owned by rms_audit, may be called by rms_app

CREATE OR REPLACE FUNCTION public.sign_in_candidates(p_email text)
 RETURNS TABLE(tenant_id uuid, user_id uuid, slug text, company_name text, password_hash text, email_verified boolean, last_login_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
    SELECT u.tenant_id, u.id, t.slug::text, t.name::text, u.password_hash::text,
           u.email_verified, u.last_login_at
    FROM public.users u JOIN public.tenants t ON t.id = u.tenant_id
    WHERE u.email_norm = lower(btrim(p_email)) AND u.is_active AND u.deleted_at IS NULL AND t.is_active
    ORDER BY u.email_verified DESC, u.last_login_at DESC NULLS LAST, u.id
    LIMIT 6;
END $function$;
-- sign_in_candidates(text): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.sign_in_candidates(p_email text, p_slug text)
 RETURNS TABLE(tenant_id uuid, user_id uuid, slug text, company_name text, password_hash text, email_verified boolean, last_login_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
    SELECT u.tenant_id, u.id, t.slug::text, t.name::text, u.password_hash::text,
           u.email_verified, u.last_login_at
    FROM public.users u JOIN public.tenants t ON t.id = u.tenant_id
    WHERE u.email_norm = lower(btrim(p_email)) AND t.slug = lower(btrim(p_slug))
    AND u.is_active AND u.deleted_at IS NULL AND t.is_active;
END $function$;
-- sign_in_candidates(text,text): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.slug_taken(p_slug text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN EXISTS (SELECT FROM public.tenants t WHERE t.slug = lower(p_slug));
END $function$;
-- slug_taken(text): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.tenant_ids()
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY SELECT t.id FROM public.tenants t WHERE t.is_active ORDER BY t.id;
END $function$;
-- tenant_ids(): owned by rms_definer, may be called by rms_app

CREATE OR REPLACE FUNCTION public.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $function$;
-- touch_updated_at(): owned by rms_owner, may be called by PUBLIC
