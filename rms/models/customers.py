"""Who is billed, what kind of customer they are, and who looks after them."""

from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, Money, TenantScoped, belongs_to
from rms.domain.place_of_supply import Registration
from rms.models.columns import count, flag, one_of, refers_to, rule, word


class ClientType(TenantScoped, Base):
    """A kind of customer, with the payment terms such customers usually get."""

    __tablename__ = "client_types"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
    )

    code: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    payment_terms: Mapped[int] = count(30)
    is_active: Mapped[bool] = flag("true")


class AccountManager(TenantScoped, Base):
    """Who looks after customers: a user of the product, or somebody outside it."""

    __tablename__ = "account_managers"
    __table_args__ = (
        belongs_to("users", "user_id"),
        Index("ix_account_managers_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = flag("true")


class Customer(TenantScoped, Base):
    """A buyer. `address` is the printed form of the billing parts; shipping parts are empty when the same.

    A customer who was entered twice is merged into the other one: the documents move there, the row stays.
    """

    __tablename__ = "customers"
    __table_args__ = (
        belongs_to("client_types", "client_type_id"),
        belongs_to("account_managers", "account_manager_id"),
        belongs_to("users", "created_by"),
        UniqueConstraint("tenant_id", "code"),
        one_of("gst_treatment", *Registration),
        rule(
            "registered_customers_have_a_gstin",
            "gst_treatment IN ('unregistered', 'overseas') OR gst_number IS NOT NULL",
        ),
        rule("state_code_has_two_digits", "state_code ~ '^[0-9]{2}$' AND shipping_state_code ~ '^[0-9]{2}$'"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
        belongs_to("customers", "merged_into_id"),
        rule("credit_limit_is_not_negative", "credit_limit >= 0"),
        rule("a_merged_customer_is_put_away", "merged_into_id IS NULL OR NOT is_active"),
        Index("ix_customers_client_type", "tenant_id", "client_type_id"),
        Index("ix_customers_merged", "tenant_id", "merged_into_id"),
        Index("ix_customers_account_manager", "tenant_id", "account_manager_id"),
    )

    code: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(255))
    client_type_id: Mapped[UUID | None]
    gst_treatment: Mapped[str] = word(20, "unregistered")
    gst_number: Mapped[str | None] = mapped_column(String(15))
    pan_number: Mapped[str | None] = mapped_column(String(10))
    address: Mapped[str | None]
    address_line1: Mapped[str | None] = mapped_column(String(255))
    address_line2: Mapped[str | None] = mapped_column(String(255))
    city: Mapped[str | None] = mapped_column(String(100))
    pin_code: Mapped[str | None] = mapped_column(String(10))
    state_code: Mapped[str | None] = mapped_column(String(2))
    country_code: Mapped[str] = word(2, "IN")
    shipping_name: Mapped[str | None] = mapped_column(String(255))
    shipping_address_line1: Mapped[str | None] = mapped_column(String(255))
    shipping_address_line2: Mapped[str | None] = mapped_column(String(255))
    shipping_city: Mapped[str | None] = mapped_column(String(100))
    shipping_pin_code: Mapped[str | None] = mapped_column(String(10))
    shipping_state_code: Mapped[str | None] = mapped_column(String(2))
    email: Mapped[str | None] = mapped_column(String(255))
    whatsapp: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(String(20))
    contact_person: Mapped[str | None] = mapped_column(String(255))
    payment_terms: Mapped[int] = count(30)
    notes: Mapped[str | None]
    account_manager_id: Mapped[UUID | None]
    credit_limit: Mapped[Money | None]
    merged_into_id: Mapped[UUID | None]
    is_active: Mapped[bool] = flag("true")
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    client_type: Mapped[ClientType | None] = refers_to("Customer.client_type_id", "ClientType")
    account_manager: Mapped[AccountManager | None] = refers_to(
        "Customer.account_manager_id", "AccountManager"
    )


class CustomerContact(TenantScoped, Base):
    """A person at a customer, and which letters go to them besides the customer's own address."""

    __tablename__ = "customer_contacts"
    __table_args__ = (
        belongs_to("customers", "customer_id", ondelete="CASCADE"),
        Index("ix_customer_contacts_of_customer", "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(255))
    designation: Mapped[str | None] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(String(20))
    gets_invoices: Mapped[bool] = flag("false")
    gets_reminders: Mapped[bool] = flag("false")
    gets_receipts: Mapped[bool] = flag("false")
    gets_statements: Mapped[bool] = flag("false")
    version: Mapped[int] = count(1)


Index("ix_customers_by_name", Customer.tenant_id, Customer.name, Customer.id)
Index(
    "ix_customers_name_trigrams",
    Customer.tenant_id,
    func.lower(Customer.name).label("name_lower"),
    postgresql_using="gin",
    postgresql_ops={"name_lower": "gin_trgm_ops"},
)
